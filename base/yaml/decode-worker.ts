import { serveWork } from '../work/serve.ts';
import { decodeWork } from './decode-work.ts';

serveWork(decodeWork);
