/*
 * C++ exceptions of every shape that a debugger must tell by type and text: classes
 * of the standard library and derived ones, with another what() or behind another
 * base, numbers, strings, pointers; thrown on, and caught by nobody.
 *
 *     thrown [--uncaught] [ITERATIONS]
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

struct Tagged {
	int tag = 7;
	virtual ~Tagged() = default;
};

struct Derived : std::runtime_error {
	Derived() : std::runtime_error("derived text") {}
};

struct Behind : Tagged, std::logic_error {
	Behind() : std::logic_error("second base") {}
};

struct OwnWhat : std::runtime_error {
	OwnWhat() : std::runtime_error("kept text") {}
	const char *what() const noexcept override
	{
		return "another text";
	}
};

struct Plain {
	int value = 5;
};

template <typename T> static void thrown(T value)
{
	try {
		throw value;                      // @throw
	} catch (const T &) {                     // @catch
	}
}

static void thrown_on()
{
	try {
		try {
			throw std::out_of_range("first"); // @throw-first
		} catch (const std::exception &) {
			throw;                    // @rethrow
		}
	} catch (const std::exception &) {
	}
}

int main(int argc, char **argv)
{
	int uncaught = argc > 1 && std::strcmp(argv[1], "--uncaught") == 0;
	long iterations = argc > 1 + uncaught ? std::atol(argv[1 + uncaught]) : 1;

	for (long i = 0; i < iterations; i++) {
		thrown(std::runtime_error("plain text")); // @loop
		thrown(Derived());
		thrown(Behind());
		thrown(OwnWhat());
		thrown(std::bad_alloc());
		thrown(42);
		thrown("a literal");
		thrown(std::string("a string"));
		thrown(Plain());
		thrown_on();
	}
	if (uncaught)
		throw Derived();                  // @uncaught
	std::puts("done");
	return 0;                                 // @done
}
