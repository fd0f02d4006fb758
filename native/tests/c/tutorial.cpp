// The header is C++ too: its functions link without a wrapper.
#include "rust_ffi.h"

#include <string>

int main()
{
    char *greeting = greet("Gopher");
    const bool right = add(5, 3) == 8 && multiply(4, 6) == 24 && std::string(greeting) == "Hello, Gopher!";
    free_string(greeting);
    return right ? 0 : 1;
}
