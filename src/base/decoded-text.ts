/** Percent-encoded text as it was meant; as it stands where it is no such text. */
export function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
