import type { DraftFile } from '../file/check-schema.ts';
import type { Findings, PathStep } from '../file/problem.ts';

/** A matcher by host says as much as the proxy knows about hosts. */
export function checkHosts(draft: DraftFile, { warning, note }: Findings): void {
  const path = firstHost(draft);
  if (path === undefined) return;
  if (draft.settings.host_ports === undefined) {
    warning(
      path,
      'is compared without port and final dot, so a host that has one is judged together with the policy that it would have as it was sent',
      'write host_ports: ignored at the top if the proxy strips both or ignores them (Envoy: strip_any_host_port and strip_trailing_host_dot)',
    );
  }
  note(
    path,
    "is as strong as the proxy's virtual hosts: if the proxy sends other hosts to the same application, a client chooses the policy by its host",
    'give the proxy one virtual host for each host that is matched here, and none for *',
  );
}

function firstHost({ readablePolicies }: DraftFile): readonly PathStep[] | undefined {
  for (const [i, policy] of readablePolicies.entries()) {
    for (const list of ['match', 'passive'] as const) {
      const at = policy?.[list].findIndex((matcher) => matcher?.host !== undefined) ?? -1;
      if (at !== -1) return ['policies', i, list, at, 'host'];
    }
  }
  return undefined;
}
