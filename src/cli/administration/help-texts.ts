/** What `--help` of the commands that ask the administration prints after the list of flags. */

export const EXIT_CODE_NOTES: string = `
Exit codes:
  0  done
  1  the server refused it or found nothing, or it was not confirmed
  2  wrong usage, setting or file
  3  in effect, but not confirmed by the replicas of Redis yet (HTTP 202): repeat it
  4  no server could be asked, or it could not answer
`;

export const SESSIONS_NOTES: string = `
Examples:
  export CURFEW_ADMIN_URL=http://127.0.0.1:9003 CURFEW_TOKEN_FILE=token
  curfew sessions list --subject ann                the sessions of a user, the newest first
  curfew sessions show 3fWk9aZx0-Qe                 one of them, with its deadlines
  curfew sessions find --source web < cookie.txt    the session of a cookie's value
  curfew sessions end 3fWk9aZx0-Qe                  ends it
  curfew sessions end --subject ann                 shows what would end, and asks
${EXIT_CODE_NOTES}`;

export const SUBJECTS_NOTES: string = `
Examples:
  curfew subjects lock ann --for 8h --reason 'laptop stolen'
  curfew subjects show ann
  curfew subjects unlock ann
${EXIT_CODE_NOTES}`;

export const STORE_NOTES: string = `
Examples:
  curfew store show                                 whether Redis has lost data
  curfew store init                                 marks a new store; needed with on_store_loss: fence
  curfew store accept-loss --reason 'disk lost'     lets unknown credentials open sessions again
${EXIT_CODE_NOTES}`;

export const FIND_NOTES: string = `
The credential is read from standard input, never from an argument: other users of this machine can read arguments, and
the shell keeps them. Give it as the client sends it: the value of the cookie, or of the header.
${EXIT_CODE_NOTES}`;

export const END_NOTES: string = `
A session is named by its handle (43 characters), or by the 12 characters that logs and metadata show. With --source,
the credential is read from standard input. With --subject, the command shows what would end, and asks; --yes confirms
it where no terminal can ask, and --dry-run only shows it.
${EXIT_CODE_NOTES}`;
