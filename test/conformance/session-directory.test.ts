import { openMemoryWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';
import { describePendingEnds } from './pending-ends-suite.ts';
import { describeSubjects } from './subjects-suite.ts';
import { describeSessionSearch } from './session-search-suite.ts';

const SUITES = [describeSubjects, describeSessionSearch, describePendingEnds];

for (const describeSuite of SUITES) describeSuite('memory', async () => openMemoryWorld());

describeOnServers(({ name, open }) => {
  for (const describeSuite of SUITES) describeSuite(name, async () => open());
});
