// Overview: is everything well, and if not, where do I look?
export async function overview({ root, setTitle }) {
  setTitle('Overview');
  root.innerHTML = '<div class="head"><h1>Overview</h1></div>';
  return {};
}
