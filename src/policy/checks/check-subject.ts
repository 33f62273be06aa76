import type { DraftFile } from '../file/check-schema.ts';
import type { SourceEntry } from '../file/policy-file.ts';
import type { Findings } from '../file/problem.ts';
import { headerNameOf } from '../../terms/credential-place.ts';
import { areHeaderTwins } from '../../terms/header-twin.ts';
import { buildSource } from '../build/build-source.ts';

/** Headers that name no person. */
const OTHER_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'host',
  'session-lifetime',
]);

/** A subject is named by the proxy, not by a client. */
export function checkSubject({ subject, jwt }: SourceEntry, { problem }: Findings): void {
  if (subject === undefined) return;
  if (jwt !== undefined) {
    problem(['subject'], 'does not apply to a jwt', 'write subject_claim in `jwt`', 'key');
    return;
  }
  if (OTHER_HEADERS.has(subject.header.toLowerCase())) {
    problem(
      ['subject', 'header'],
      'this header does not name a subject',
      'name the header in which an earlier filter says who the user is',
    );
  }
  if (subject.trusted === true) return;
  problem(
    ['subject'],
    'a client can send this header, so it could choose whose session it has',
    'add trusted: true if the proxy sets or removes this header on every request before it asks Curfew',
  );
}

/** Names of subjects are not credentials, and each is one person. */
export function checkSubjects(draft: DraftFile, findings: Findings): void {
  checkSubjectHeaders(draft, findings);
  checkIssuers(draft, findings);
}

/** With `subject_names: clear` a credential would be stored. */
function checkSubjectHeaders({ sources }: DraftFile, { problem }: Findings): void {
  const places = sources.flatMap((entry) =>
    entry === undefined ? [] : [{ name: entry.name, place: buildSource(entry).place }],
  );
  sources.forEach((entry, i) => {
    const name = entry?.subject?.header.toLowerCase();
    if (name === undefined || OTHER_HEADERS.has(name)) return;
    const other = places.find(({ place }) => areHeaderTwins(headerNameOf(place), name));
    if (other === undefined) return;
    problem(
      ['sources', i, 'subject', 'header'],
      `is the header in which source "${other.name}" finds its credential`,
      'name the header in which an earlier filter says who the user is',
    );
  });
}

/** An issuer vouches for its own subjects only (OpenID Connect Core 1.0, section 2). */
function checkIssuers({ sources }: DraftFile, { warning }: Findings): void {
  const first = sources.find((entry) => entry?.jwt?.subject_claim !== undefined);
  sources.forEach((entry, i) => {
    if (first === undefined || entry?.jwt?.subject_claim === undefined) return;
    if (entry.jwt.issuer === first.jwt?.issuer) return;
    warning(
      ['sources', i, 'jwt', 'subject_claim'],
      `names subjects of another issuer than source "${first.name}": the same text in both is one subject, and is ended and locked as one`,
      'use a claim that is the same for one person everywhere, such as a verified email address',
    );
  });
}
