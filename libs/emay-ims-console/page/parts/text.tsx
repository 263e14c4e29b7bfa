/** A text that somebody else wrote: isolated, so that its direction does not turn what stands beside it. */
export function Text({ children, title }: { children: string; title?: string }) {
  return <bdi title={title}>{children}</bdi>;
}

/** An ID or number in digits of one width. */
export function Code({ children }: { children: string }) {
  return <bdi class="code">{children}</bdi>;
}
