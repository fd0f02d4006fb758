/* Uses every function of rust_ffi.h. Compiled with FORGET defined it leaks a greeting, which the test must notice. */
#include "rust_ffi.h"

#include <stdio.h>
#include <string.h>

static int failures = 0;

static void check(int holds, const char *fact)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", fact);
        failures++;
    }
}

static void check_greeting(const char *name, const char *expected)
{
    char *greeting = greet(name);
    check(greeting != NULL && strcmp(greeting, expected) == 0, expected);
    free_string(greeting);
}

int main(void)
{
    check(add(5, 3) == 8, "5 + 3 = 8");
    check(add(INT32_MAX, 1) == INT32_MIN, "add wraps around");
    check(multiply(4, 6) == 24, "4 * 6 = 24");
    check(multiply(INT32_MIN, -1) == INT32_MIN, "multiply wraps around");
    check_greeting("Gopher", "Hello, Gopher!");
    check_greeting("", "Hello, !");
    check_greeting("Zo\xC3\xAB", "Hello, Zo\xC3\xAB!");
    check_greeting(NULL, "Hello, Unknown!");
    check_greeting("\xFF\xFE", "Hello, Unknown!");
    free_string(NULL);
#ifdef FORGET
    /* Many, since the leak detector takes a pointer that is left on the stack for one in use. */
    for (int i = 0; i < 100; i++) {
        check(greet("nobody") != NULL, "a greeting to forget");
    }
#endif
    return failures != 0;
}
