/**
 * Orientation letters of the view, from those of the picture as stored, which the server gives (PS3.3 §C.7.6.1.1.1). Nothing
 * known, nothing shown.
 */

/**
 * Letters at the four edges of the screen.
 *
 * @param image `letters` `{left, right, top, bottom}` of the stored picture, or null
 * @param orientation the view's 2×2 matrix [a, b, c, d]: screen x = a·column + b·row, screen y = c·column + d·row,
 *   y downwards; one of the eight that rotation by 90° and flipping give.
 * @returns `{left, right, top, bottom}` or null where the object does not say.
 */
export function letters({ letters: stored }, [a, b, c, d]) {
  if (!stored?.right || !stored?.bottom) return null;
  // The view's matrix is orthogonal, so its inverse is its transpose: screen right = a·row axis + b·column axis.
  const toward = (u, v) => (u ? (u > 0 ? stored.right : stored.left) : v > 0 ? stored.bottom : stored.top);
  return { right: toward(a, b), left: toward(-a, -b), bottom: toward(c, d), top: toward(-c, -d) };
}
