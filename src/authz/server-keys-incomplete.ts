/** This replica may lack a key under which the session is known to others: nobody's fault but ours, hence no verdict. */
export class ServerKeysIncomplete extends Error {
  readonly code = 'ERR_SERVER_KEYS_INCOMPLETE';
  constructor(message: string) {
    super(message);
    this.name = 'ServerKeysIncomplete';
  }
}
