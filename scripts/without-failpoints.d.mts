export function withoutFailpoints(source: string): string;
