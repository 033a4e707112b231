import { serveWork } from '../work-thread.ts';
import { decodeWork } from './decode-work.ts';

serveWork(decodeWork);
