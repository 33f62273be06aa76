import { openMemoryWorld } from '../support/store/store-world.ts';
import { describeOnServers } from './on-servers.ts';
import { describeSessionStore } from './session-store-suite.ts';

describeSessionStore('memory', async () => openMemoryWorld());

describeOnServers(({ name, open }) => describeSessionStore(name, async () => open()));
