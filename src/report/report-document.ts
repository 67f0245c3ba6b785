import type { Report } from '../model/index.js';
import { type Bill, stillBilling } from './billing.js';

/** The report as programs read it: what the journal says, and what of that AWS goes on billing. */
export interface ReportDocument extends Report {
  /** The dearest first, what has no known price before what has. */
  billing: Bill[];
}

/** The one document of `report --json` and of the report file of `contain`. Pure. */
export function reportDocument(report: Report): ReportDocument {
  return { ...report, billing: stillBilling(report) };
}
