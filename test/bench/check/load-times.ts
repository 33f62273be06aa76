/** How long one round of a load lasts. */
export interface LoadTimes {
  readonly warmUpMs: number;
  readonly measuredMs: number;
}
