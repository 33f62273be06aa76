import { StoreOverloaded } from '../session/session-store.ts';

/** An unknown credential opens no session now, because the limit of this replica is reached. Known sessions go on. */
export class OpeningsAtLimit extends StoreOverloaded {
  constructor() {
    super('openings per second are at their limit');
    this.name = 'OpeningsAtLimit';
  }
}
