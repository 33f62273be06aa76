/** Every address of 127.0.0.0/8 is this machine (RFC 1122 section 3.2.1.3). */
const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL is fetched over the network without TLS. */
export function isPlainHttp(url: URL): boolean {
  return url.protocol === 'http:' && !THIS_MACHINE.test(url.hostname);
}
