// Every number, duration and date on screen goes through this file. What is not known is an en dash, never 0.

const MISSING = '–';
const NARROW_SPACE = '\u202f';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const isMissing = (value) => value == null || Number.isNaN(value);
const twoDigits = (number) => String(number).padStart(2, '0');

// Durations, in seconds

/** 840 ms, 5.12 s, 73.5 s, 12 m 04 s, 2 h 07 m, 3 d 4 h: never more digits than one reads. */
export function duration(seconds) {
  if (isMissing(seconds)) return MISSING;
  const positive = Math.max(0, seconds);
  const milliseconds = Math.round(positive * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (positive < 9.995) return `${positive.toFixed(2)} s`;
  if (positive < 119.95) return `${positive.toFixed(1)} s`;
  return wholeUnits(Math.round(positive));
}

function wholeUnits(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${twoDigits(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${twoDigits(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A running clock, in whole seconds, so that its digits do not flicker. */
export function ticking(seconds) {
  if (isMissing(seconds)) return MISSING;
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 120 ? `${whole} s` : wholeUnits(whole);
}

/** An estimate, in one unit. */
export function about(seconds) {
  if (isMissing(seconds)) return MISSING;
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 36 * 3600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86400)} d`;
}

/** A distance on a timeline: +840 ms, +2.6 s, +2 s, +73 s, +12 m 04 s. */
export function offset(seconds) {
  if (isMissing(seconds)) return MISSING;
  const positive = Math.max(0, seconds);
  if (positive < 0.9995) return `+${Math.round(positive * 1000)} ms`;
  if (positive < 9.95) return `+${Number(positive.toFixed(1))} s`;
  const whole = Math.round(positive);
  return `+${whole < 120 ? `${whole} s` : wholeUnits(whole)}`;
}

/** How long since an instant; stands beside an absolute time, or where the age is the point. */
export function ago(ms, nowMs) {
  if (isMissing(ms)) return MISSING;
  const seconds = Math.max(0, (nowMs - ms) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

// Instants, in milliseconds since 1970

let utc = false;
export const setUTC = (value) => { utc = value; };
export const isUTC = () => utc;

/** The zone in force as the interface names it: an IANA name. */
export const zone = () => (utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');

/** Minutes that the zone in force is ahead of UTC at an instant. */
export const zoneOffset = (ms) => (utc ? 0 : -new Date(ms).getTimezoneOffset());

/** The zone in force with its offset: "Local (UTC+1)", "UTC". */
export function zoneName(ms = Date.now()) {
  if (utc) return 'UTC';
  const offset = zoneOffset(ms);
  const minutes = Math.abs(offset) % 60;
  const sign = offset < 0 ? '−' : '+';
  return `Local (UTC${sign}${Math.floor(Math.abs(offset) / 60)}${minutes ? `:${twoDigits(minutes)}` : ''})`;
}

/** The instant that a text of the interface names, or null where it names none. */
export function instant(text) {
  const ms = text == null ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

const inZone = (ms) => new Date(ms + zoneOffset(ms) * 60_000);

/** 14:02:11 */
export function clock(ms) {
  if (isMissing(ms)) return MISSING;
  return inZone(ms).toISOString().slice(11, 19);
}

/** 14:02 */
export const hourMinute = (ms) => (isMissing(ms) ? MISSING : clock(ms).slice(0, 5));

/** Nov 27 */
export function monthDay(ms) {
  if (isMissing(ms)) return MISSING;
  const date = inZone(ms);
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}`;
}

/** The time of day when today, else month, day and time; the year when it is another one. */
export function stamp(ms, nowMs) {
  if (isMissing(ms)) return MISSING;
  const [date, today] = [inZone(ms), inZone(nowMs)];
  if (date.toISOString().slice(0, 10) === today.toISOString().slice(0, 10)) return clock(ms);
  const day = `${monthDay(ms)} ${hourMinute(ms)}`;
  return date.getUTCFullYear() === today.getUTCFullYear() ? day : `${date.getUTCFullYear()} ${day}`;
}

/** Two instants to the minute, their day where it is not today: 14:00–15:00, Nov 20 14:00–15:00, Nov 20 22:00–Nov 21 02:00. */
export function spanWords(fromMs, toMs, nowMs) {
  const day = (ms) => inZone(ms).toISOString().slice(0, 10);
  const isOneDay = day(fromMs) === day(toMs);
  const at = (ms) => `${monthDay(ms)} ${hourMinute(ms)}`;
  if (!isOneDay) return `${at(fromMs)}–${at(toMs)}`;
  return `${day(fromMs) === day(nowMs) ? hourMinute(fromMs) : at(fromMs)}–${hourMinute(toMs)}`;
}

/** UTC with milliseconds and Z, as addresses, copies and titles carry it. */
export const iso = (ms) => (isMissing(ms) ? MISSING : new Date(ms).toISOString());

/** 2025-11-28T14:02 in the zone in force, as a field for date and time holds it. */
export const fieldTime = (ms) => (isMissing(ms) ? '' : inZone(ms).toISOString().slice(0, 16));

/** The instant that a field for date and time holds in the zone in force, or null. */
export function instantOfField(text) {
  const ms = text ? Date.parse(utc ? `${text}Z` : text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

// Numbers

/** 6 617, with narrow spaces. */
export function count(number) {
  if (isMissing(number)) return MISSING;
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
}

/** 840, 14.2 k, 524 k, 53.51 M, 1.25 G */
export function compact(number) {
  if (isMissing(number)) return MISSING;
  if (number < 999.5) return String(Math.round(number));
  if (number < 99_950) return `${(number / 1e3).toFixed(1)} k`;
  if (number < 999_500) return `${Math.round(number / 1e3)} k`;
  return number < 999_995_000 ? `${(number / 1e6).toFixed(2)} M` : `${(number / 1e9).toFixed(2)} G`;
}

/** Four decimals under $1, two under $100, none above. */
export function usd(number) {
  if (isMissing(number)) return MISSING;
  if (number < 0.99995) return `$${number.toFixed(4)}`;
  return number < 99.995 ? `$${number.toFixed(2)}` : `$${count(number)}`;
}

/** 98.0 %. Takes 0 through 100, as the interface tells shares. */
export const percent = (share) => (isMissing(share) ? MISSING : `${share.toFixed(1)} %`);

/** 1.9 pt: the difference of two percentages, without its sign. */
export const points = (difference) => (isMissing(difference) ? MISSING : `${Math.abs(difference).toFixed(1)} pt`);

// Text from data

const MARKUP = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text from data as markup that shows it, control characters as their pictures. */
export function esc(text) {
  if (text == null) return '';
  return String(text)
    .replace(/[&<>"']/g, (character) => MARKUP[character])
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (character) =>
      character === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0)));
}
