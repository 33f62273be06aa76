/** Two versions cannot be compared. The message is one line for the person at the terminal. */
export class CannotCompare extends Error {
  override readonly name = 'CannotCompare';
}
