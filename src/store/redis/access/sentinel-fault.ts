/** The Sentinels name no primary. The message contains no address and no password. */
export class SentinelFault extends Error {
  constructor(why: string) {
    super(`the Sentinels name no primary that can be used: ${why}`);
    this.name = 'SentinelFault';
  }
}
