/** An answer of AWS that is a refusal: its code, its words, its HTTP status. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Null: the status that the service model gives for this code, else 400. */
    readonly status: number | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}
