import { serveWork } from '../work-thread.ts';
import { x509Work } from './x509-work.ts';

serveWork(x509Work);
