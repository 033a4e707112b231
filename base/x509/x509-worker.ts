import { serveWork } from '../work/serve.ts';
import { x509Work } from './x509-work.ts';

serveWork(x509Work);
