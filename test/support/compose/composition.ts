import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT: string = join(import.meta.dirname, '..', '..', '..');

/** The kinds of store that the composition can have: `single` without a profile. */
export const STORE_KINDS = ['single', 'sentinel', 'cluster'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

export interface Dependency {
  readonly condition: string;
  readonly required?: boolean;
}

export interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly env_file?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, Dependency>>;
}

export interface Composition {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

/** The file as it is, with all profiles. */
export const composeText: string = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
export const compose: Composition = parse(composeText, { merge: true }) as Composition;

/** What `docker compose up` starts with this kind of store: its services, with the variable's value. */
export function compositionOf(kind: StoreKind): Composition {
  const profile = kind === 'single' ? undefined : kind;
  const text = composeText.replaceAll(
    /\$\{COMPOSE_PROFILES:-(\w+)\}/g,
    (_, otherwise: string) => profile ?? otherwise,
  );
  const whole = parse(text, { merge: true }) as Composition;
  const services = Object.entries(whole.services).filter(
    ([, { profiles }]) => profiles === undefined || profiles.some((each) => each === profile),
  );
  return { ...whole, services: Object.fromEntries(services) };
}

/** The variables of a service: those of its files, and then its own. */
export function environmentOf({ env_file: files = [], environment = {} }: Service): {
  readonly [name: string]: string;
} {
  const lines = files.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').trim().split('\n'));
  const pairs = lines.map(
    (line) => [line.split('=', 1)[0] ?? '', line.replace(/^[^=]*=/, '')] as const,
  );
  return { ...Object.fromEntries(pairs), ...environment };
}
