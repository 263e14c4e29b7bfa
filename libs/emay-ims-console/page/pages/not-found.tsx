import { Empty } from '../parts/status-parts.js';
import { useWords } from '../words/words.js';

export function NotFoundPage() {
  const words = useWords();
  return (
    <>
      <header class="page-head">
        <h1>{words.notFound.title}</h1>
      </header>
      <Empty title={words.notFound.title} hint={words.notFound.hint} />
    </>
  );
}
