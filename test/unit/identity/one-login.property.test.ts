import { expect } from 'chai';
import * as fc from 'fast-check';
import { identify } from '../../../src/identity/identify.ts';
import type { Identification } from '../../../src/identity/identification.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { LOGIN_MODELS, type LoginModel, type LoginRequest } from './login-models.ts';
import { request, sourceAt } from './request.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 3_000);

const asItIs = (value: string): string => value;

type Respelling = (value: string) => string;

/** How values that a login takes for the same, or nearly the same, may differ. */
const RESPELLINGS: readonly Respelling[] = [
  asItIs,
  (value) => `"${value}"`,
  (value) => `${value}=`,
  (value) => `${value}==`,
  (value) => value.replace(/=+$/, ''),
  (value) => `${value}x`,
  (value) => `${value}~2`,
  (value) => `${value}.node7`,
  (value) => value.replace(/\..*$/, ''),
  (value) => value.replace(/\.[^.]*$/, '.node1'),
  (value) => nextLast(value),
  (value) => value.toUpperCase(),
  (value) => value.replace(/[a-f]/, (letter) => letter.toUpperCase()),
  (value) => encodeURIComponent(value),
  (value) => value.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`),
  (value) => value.replaceAll('.', '%2e'),
  (value) => value.replace('%', '%25'),
  (value) => value.replace(/^./, (first) => `\\${first.charCodeAt(0).toString(8)}`),
  (value) => `${value} `,
  (value) => ` ${value}`,
  (value) => `${value}%20`,
  (value) => `${value}%0A`,
  (value) => value.replaceAll('+', '-').replaceAll('/', '_'),
  (value) => `${value.slice(0, 5)}!${value.slice(5)}`,
];

/** Changes the bits of the last character that belong to no byte, or the byte. */
function nextLast(value: string): string {
  const bare = value.replace(/=+$/, '');
  const last = bare.charCodeAt(bare.length - 1);
  return `${bare.slice(0, -1)}${String.fromCharCode(last + 1)}${value.slice(bare.length)}`;
}

/** Pairs of the Cookie line for one value: whole, under another name, or in pieces. */
const PLACINGS: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${name}=${value}`,
  (name, value) => `${name}=${value}`,
  (name, value) => `${name}=${value}`,
  (name, value) => `${name.toLowerCase()}=${value}`,
  (name, value) => `${name.toUpperCase()}=${value}`,
  (name, value) => `${name.replace('.', '_')}=${value}`,
  (name, value) => ` ${name} =${value}`,
  (name, value) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}=${value}`,
  (name, value) => `${name}.0=${value}`,
  (name, value) => `${name}=${value.slice(0, 6)}; ${name}.1=${value.slice(6)}`,
  (name, value) => `${name}.0=${value.slice(0, 6)}; ${name}.1=${value.slice(6)}`,
  (name, value) => `$Version=1; ${name}=${value}; $Path=/`,
];

function requests(model: LoginModel): fc.Arbitrary<LoginRequest> {
  const { name, values, place, write = asItIs } = model;
  const value = fc
    .tuple(
      fc.constantFrom(...values, ...values.map(write), 'junk.x'),
      fc.array(fc.constantFrom(...RESPELLINGS), { maxLength: 2 }),
    )
    .map(([given, respellings]) => respellings.reduce((text, respell) => respell(text), given));
  const pair = fc
    .tuple(value, fc.constantFrom(...PLACINGS))
    .map(([sent, placed]) => placed(name, sent));
  const line = fc
    .tuple(
      fc.array(fc.oneof({ weight: 3, arbitrary: pair }, fc.constantFrom('a=1', '', 'b="x')), {
        maxLength: 3,
      }),
      fc.constantFrom('; ', '; ', '; ', ';', ',', ' '),
    )
    .map(([pairs, separator]) => pairs.join(separator));
  const noParameter = fc.constant(undefined);
  const parameter =
    place?.pathParameter === undefined
      ? noParameter
      : fc.oneof({ weight: 3, arbitrary: noParameter }, fc.constantFrom(...values, 'junk.x'));
  return fc.record({ line, parameter });
}

/** The credentials that are judged, if the request is not refused before. */
function credentialsOf(answer: Identification): readonly string[] | undefined {
  if (answer.kind === 'found') return [answer.credential];
  return answer.kind === 'several' ? answer.values.map(({ credential }) => credential) : undefined;
}

describe(`one login is one credential (seed ${seed})`, () => {
  for (const model of LOGIN_MODELS) {
    it(`of ${model.login}, however it is spelled`, () => {
      const source = sourceAt(cookiePlace(model.name, model.place), model.settings);
      const names = new Map<number, string>();
      const seen = { found: 0, refused: 0 };
      const judged = (sent: LoginRequest): Identification => {
        const path = sent.parameter === undefined ? '/' : `/me;jsessionid=${sent.parameter}`;
        return identify([source], request([['cookie', sent.line]], { path }));
      };
      // The names of the logins, by the requests that the login itself makes.
      for (const [place, value] of model.values.entries()) {
        const written = (model.write ?? asItIs)(value);
        const answer = judged({ line: `${model.name}=${written}`, parameter: undefined });
        names.set(place, credentialsOf(answer)?.[0] ?? answer.kind);
      }
      expect(new Set(names.values()).size).to.equal(model.values.length);
      fc.assert(
        fc.property(requests(model), (sent) => {
          const logins = model.read(sent);
          if (logins.length === 0) return;
          const answer = judged(sent);
          expect(answer.kind, JSON.stringify(sent)).not.to.equal('absent');
          const credentials = credentialsOf(answer);
          seen[credentials === undefined ? 'refused' : 'found'] += 1;
          if (credentials === undefined) return;
          for (const login of logins) {
            expect(credentials, JSON.stringify(sent)).to.include(names.get(login));
          }
        }),
        { seed, numRuns },
      );
      // Control: the run has seen logins that are judged, and logins that are refused.
      expect(seen.found).to.be.above(numRuns / 100);
      expect(seen.refused).to.be.above(numRuns / 500);
    });
  }
});
