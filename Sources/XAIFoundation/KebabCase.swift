/// Whether a text is small letters, digits and single hyphens, a letter first: what ids and names of places are.
package func isKebabCase(_ text: String) -> Bool {
  let characters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
  return text.first?.isLetter == true && text.allSatisfy(characters.contains) && !text.hasSuffix("-")
    && !text.contains("--")
}
