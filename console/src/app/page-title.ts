import { useEffect } from 'react';
import { words } from './words.ts';

/** Names the page in the tab and in the browser's history. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${words.brand}`;
  }, [title]);
}
