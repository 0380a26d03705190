#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// eˣ, from the C library.
@usableFromInline package func exponential(_ x: Double) -> Double { exp(x) }

/// ln x, from the C library.
package func logarithm(_ x: Double) -> Double { log(x) }

/// cos x, from the C library.
package func cosine(_ x: Double) -> Double { cos(x) }

/// xʸ, from the C library.
package func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

/// sin x, from the C library.
package func sine(_ x: Double) -> Double { sin(x) }

/// 1 − erf x, from the C library.
package func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }

/// ln Γ(x) for x above 0, from the C library.
package func logarithmOfGamma(_ x: Double) -> Double { lgamma(x) }
