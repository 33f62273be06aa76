/**
 * A session's handle, or its tag of 12 characters as logs and metadata show it (base64url). A handle
 * is 32 bytes, so its last character has only 4 bits.
 */
const SESSION = /^(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]|[A-Za-z0-9_-]{12})$/;

/** What is wrong with the text that stands for a session, if anything. It may be a credential, so it is not repeated. */
export function sessionFaultOf(text: string): string | undefined {
  if (SESSION.test(text)) return undefined;
  return (
    'this is not the name of a session, which has 43 characters (or 12, as logs and metadata show it); ' +
    'if it is a credential, give it on standard input: curfew sessions find --source NAME < FILE. ' +
    'Arguments can be read by every user of this machine and stay in the history of the shell: end that session soon'
  );
}
