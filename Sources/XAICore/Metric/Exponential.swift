#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// eˣ, from the C library.
func exponential(_ x: Double) -> Double { exp(x) }

/// ln x, from the C library.
func logarithm(_ x: Double) -> Double { log(x) }
