/** The acknowledgements that the peer owes us: one for each SETTINGS and PING frame of ours. */
export class AwaitedAcks {
  #settings = 0;
  #pings = 0;

  settingsSent(): void {
    this.#settings += 1;
  }

  pingSent(): void {
    this.#pings += 1;
  }

  /** The peer has acknowledged SETTINGS. @returns whether any were waiting for it */
  settingsAcknowledged(): boolean {
    if (this.#settings === 0) return false;
    this.#settings -= 1;
    return true;
  }

  /** The peer has answered a PING. @returns whether any was waiting for it */
  pingAnswered(): boolean {
    if (this.#pings === 0) return false;
    this.#pings -= 1;
    return true;
  }
}
