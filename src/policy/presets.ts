/** Named limits of a standard. A loosened preset needs a written justification in the policy. */
export interface Preset {
  readonly name: string;
  /** `undefined`: the standard asks for no idle timeout. */
  readonly idleTimeoutMs: number | undefined;
  /** Always finite: NIST SP 800-63B-4 wants a definite limit. */
  readonly absoluteTimeoutMs: number;
  readonly citation: string;
  /** The values that are a choice of this product, because the text gives no number. */
  readonly chosen: 'none' | 'idle' | 'absolute' | 'both';
  /** What else to know. */
  readonly note: string | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Row = readonly [
  name: string,
  idleTimeoutMs: number | undefined,
  absoluteTimeoutMs: number,
  citation: string,
  chosen?: Preset['chosen'],
  note?: string,
];

// Rows of the standards with two values (user, privileged) are two presets.
const ROWS: readonly Row[] = [
  [
    'nist-63b4-aal1',
    undefined,
    30 * DAY,
    'NIST SP 800-63B-4 §2.1.3',
    'none',
    'idle is optional there',
  ],
  ['nist-63b4-aal2', HOUR, 24 * HOUR, 'NIST SP 800-63B-4 §2.2.3'],
  ['nist-63b4-aal3', 15 * MINUTE, 12 * HOUR, 'NIST SP 800-63B-4 §2.3.3'],
  [
    'nist-63b3-aal2',
    30 * MINUTE,
    12 * HOUR,
    'NIST SP 800-63B §4.2.3',
    'none',
    'also FedRAMP Moderate IA-11',
  ],
  [
    'nist-63b3-aal3',
    15 * MINUTE,
    12 * HOUR,
    'NIST SP 800-63B §4.3.3',
    'none',
    'also FedRAMP High IA-11',
  ],
  ['fedramp-moderate', 15 * MINUTE, 12 * HOUR, 'FedRAMP rev 5 SC-10, AC-11, IA-11'],
  ['fedramp-moderate-privileged', 10 * MINUTE, 12 * HOUR, 'FedRAMP rev 5 SC-10, AC-11, IA-11'],
  ['fedramp-high', 15 * MINUTE, 12 * HOUR, 'FedRAMP rev 5 SC-10, AC-10, AC-11, IA-11'],
  ['fedramp-high-privileged', 10 * MINUTE, 12 * HOUR, 'FedRAMP rev 5 SC-10, AC-10, AC-11, IA-11'],
  ['disa-app', 15 * MINUTE, 8 * HOUR, 'DISA STIG V-222389, V-206414'],
  ['disa-app-privileged', 10 * MINUTE, 8 * HOUR, 'DISA STIG V-222390, V-206414'],
  ['disa-web-high', 5 * MINUTE, 8 * HOUR, 'DISA SRG-APP-000295-WSR-000134, V-206414'],
  ['disa-web-medium', 10 * MINUTE, 8 * HOUR, 'DISA SRG-APP-000295-WSR-000134, V-206414'],
  ['disa-web-low', 20 * MINUTE, 8 * HOUR, 'DISA SRG-APP-000295-WSR-000134, V-206414'],
  ['pci-dss-4', 15 * MINUTE, 12 * HOUR, 'PCI DSS v4.0.1 8.2.8', 'absolute'],
  ['hipaa-default', 15 * MINUTE, 12 * HOUR, '45 CFR 164.312(a)(2)(iii)', 'both'],
  ['hipaa-shared-workstation', 3 * MINUTE, 12 * HOUR, '45 CFR 164.312(a)(2)(iii)', 'both'],
  [
    'psd2-account-access',
    5 * MINUTE,
    HOUR,
    'RTS (EU) 2018/389 Art. 4(3)(d)',
    'absolute',
    "only the payer's activity may count, so mark polling passive",
  ],
  [
    'owasp-high-value',
    5 * MINUTE,
    4 * HOUR,
    'OWASP Session Management Cheat Sheet',
    'none',
    'from the ranges 2-5 min and 4-8 h',
  ],
  [
    'owasp-low-risk',
    30 * MINUTE,
    8 * HOUR,
    'OWASP Session Management Cheat Sheet',
    'none',
    'from the ranges 15-30 min and 4-8 h',
  ],
  ['iso27001-default', 15 * MINUTE, 12 * HOUR, 'ISO/IEC 27001:2022 A.8.5, 27002 8.5', 'both'],
  ['soc2-default', 30 * MINUTE, 12 * HOUR, 'SOC 2 TSC CC6.1', 'both'],
  ['gdpr-baseline', 30 * MINUTE, 12 * HOUR, 'GDPR Art. 32, Art. 5(1)(e)', 'both'],
  ['admin-console', 10 * MINUTE, 8 * HOUR, 'DISA V-222390, SC-10, OWASP ASVS 5.0 7.5.3'],
  [
    'device-bound-consumer',
    14 * DAY,
    30 * DAY,
    'NIST SP 800-63B-4 §5.2',
    'idle',
    'for sessions bound to a device (DPoP, mTLS, DBSC)',
  ],
];

/** All presets by name, in the order of the table. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map(
  ROWS.map(([name, idleTimeoutMs, absoluteTimeoutMs, citation, chosen = 'none', note]) => [
    name,
    { name, idleTimeoutMs, absoluteTimeoutMs, citation, chosen, note },
  ]),
);
