#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library: of `libclang_rt.fuzzer_no_main`, which comes with the compiler.
int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*run)(const uint8_t *bytes, size_t size));
