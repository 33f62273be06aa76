/**
 * What an unknown opaque credential gets while the store has lost data. `continue`: it opens a
 * session as always, even if that session had ended before. `fence`: it gets no verdict, until an
 * operator accepts the loss.
 */
export type OnStoreLoss = 'continue' | 'fence';
