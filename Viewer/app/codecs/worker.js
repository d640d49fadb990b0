/**
 * Module worker around a decoder, so that the page goes on while frames are unpacked.
 * In: `{id, transferSyntax, bytes, description}` (hand `bytes.buffer` over). Out: `{id, bytes, description}` or `{id, error}`, error in words.
 */
import { loadDecoder } from "./decoder.js";

const decoder = loadDecoder();
decoder.catch(() => {}); // told with each frame instead

self.onmessage = async ({ data: { id, transferSyntax, bytes: encoded, description } }) => {
  try {
    const frame = (await decoder).decode(transferSyntax, encoded, description);
    self.postMessage({ id, ...frame }, [frame.bytes.buffer]);
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
};
