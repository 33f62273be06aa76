/** Named limits of a standard. A policy with looser limits needs a written justification. */
export interface Preset {
  readonly name: string;
  /** `undefined`: the standard asks for no idle timeout. */
  readonly idleTimeoutMs: number | undefined;
  /** Always finite: NIST SP 800-63B-4 requires a definite limit. */
  readonly absoluteTimeoutMs: number;
  readonly citation: string;
  /** The values that Curfew chose, because the standard gives no number. */
  readonly chosen: 'none' | 'idle' | 'absolute' | 'both';
  /** What else a reader should know. */
  readonly note: string | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Row = Omit<Preset, 'chosen' | 'note'> & Partial<Pick<Preset, 'chosen' | 'note'>>;

// A row of a standard with two values (user, privileged) becomes two presets.
const ROWS: readonly Row[] = [
  {
    name: 'nist-63b4-aal1',
    idleTimeoutMs: undefined,
    absoluteTimeoutMs: 30 * DAY,
    citation: 'NIST SP 800-63B-4 §2.1.3',
    note: 'idle is optional there',
  },
  {
    name: 'nist-63b4-aal2',
    idleTimeoutMs: HOUR,
    absoluteTimeoutMs: 24 * HOUR,
    citation: 'NIST SP 800-63B-4 §2.2.3',
  },
  {
    name: 'nist-63b4-aal3',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'NIST SP 800-63B-4 §2.3.3',
  },
  {
    name: 'nist-63b3-aal2',
    idleTimeoutMs: 30 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'NIST SP 800-63B §4.2.3',
    note: 'also FedRAMP Moderate IA-11',
  },
  {
    name: 'nist-63b3-aal3',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'NIST SP 800-63B §4.3.3',
    note: 'also FedRAMP High IA-11',
  },
  {
    name: 'fedramp-moderate',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'FedRAMP rev 5 SC-10, AC-11, IA-11',
  },
  {
    name: 'fedramp-moderate-privileged',
    idleTimeoutMs: 10 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'FedRAMP rev 5 SC-10, AC-11, IA-11',
  },
  {
    name: 'fedramp-high',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'FedRAMP rev 5 SC-10, AC-10, AC-11, IA-11',
  },
  {
    name: 'fedramp-high-privileged',
    idleTimeoutMs: 10 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'FedRAMP rev 5 SC-10, AC-10, AC-11, IA-11',
  },
  {
    name: 'disa-app',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA STIG V-222389, V-206414',
  },
  {
    name: 'disa-app-privileged',
    idleTimeoutMs: 10 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA STIG V-222390, V-206414',
  },
  {
    name: 'disa-web-high',
    idleTimeoutMs: 5 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA SRG-APP-000295-WSR-000134, V-206414',
  },
  {
    name: 'disa-web-medium',
    idleTimeoutMs: 10 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA SRG-APP-000295-WSR-000134, V-206414',
  },
  {
    name: 'disa-web-low',
    idleTimeoutMs: 20 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA SRG-APP-000295-WSR-000134, V-206414',
  },
  {
    name: 'pci-dss-4',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'PCI DSS v4.0.1 8.2.8',
    chosen: 'absolute',
  },
  {
    name: 'hipaa-default',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: '45 CFR 164.312(a)(2)(iii)',
    chosen: 'both',
  },
  {
    name: 'hipaa-shared-workstation',
    idleTimeoutMs: 3 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: '45 CFR 164.312(a)(2)(iii)',
    chosen: 'both',
  },
  {
    name: 'psd2-account-access',
    idleTimeoutMs: 5 * MINUTE,
    absoluteTimeoutMs: HOUR,
    citation: 'RTS (EU) 2018/389 Art. 4(3)(d)',
    chosen: 'absolute',
    note: "only the payer's activity may count, so mark polling passive",
  },
  {
    name: 'owasp-high-value',
    idleTimeoutMs: 5 * MINUTE,
    absoluteTimeoutMs: 4 * HOUR,
    citation: 'OWASP Session Management Cheat Sheet',
    note: 'from the ranges 2-5 min and 4-8 h',
  },
  {
    name: 'owasp-low-risk',
    idleTimeoutMs: 30 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'OWASP Session Management Cheat Sheet',
    note: 'from the ranges 15-30 min and 4-8 h',
  },
  {
    name: 'iso27001-default',
    idleTimeoutMs: 15 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'ISO/IEC 27001:2022 A.8.5, 27002 8.5',
    chosen: 'both',
  },
  {
    name: 'soc2-default',
    idleTimeoutMs: 30 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'SOC 2 TSC CC6.1',
    chosen: 'both',
  },
  {
    name: 'gdpr-baseline',
    idleTimeoutMs: 30 * MINUTE,
    absoluteTimeoutMs: 12 * HOUR,
    citation: 'GDPR Art. 32, Art. 5(1)(e)',
    chosen: 'both',
  },
  {
    name: 'admin-console',
    idleTimeoutMs: 10 * MINUTE,
    absoluteTimeoutMs: 8 * HOUR,
    citation: 'DISA V-222390, SC-10, OWASP ASVS 5.0 7.5.3',
  },
  {
    name: 'device-bound-consumer',
    idleTimeoutMs: 14 * DAY,
    absoluteTimeoutMs: 30 * DAY,
    citation: 'NIST SP 800-63B-4 §5.2',
    chosen: 'idle',
    note: 'for sessions bound to a device (DPoP, mTLS, DBSC)',
  },
];

/** All presets by name, in the order of the table. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map(
  ROWS.map((row) => [row.name, { chosen: 'none', note: undefined, ...row }]),
);
