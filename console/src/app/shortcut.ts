import { useEffect, useEffectEvent } from 'react';

/**
 * A key of the whole page. It is heard before the focused field hears it: Mantine's lists would
 * otherwise take Ctrl+Enter for their own Enter.
 * `code` is the physical key, since Option+letter types a symbol on a Mac.
 */
export function useShortcut(modifier: 'ctrl' | 'alt', code: string, act: () => void): void {
  const hear = useEffectEvent((event: KeyboardEvent) => {
    const ctrl = event.ctrlKey || event.metaKey;
    const held = modifier === 'ctrl' ? ctrl && !event.altKey : event.altKey && !ctrl;
    if (!held || event.shiftKey || event.repeat || event.code !== code) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => hear(event);
    document.addEventListener('keydown', listen, true);
    return () => document.removeEventListener('keydown', listen, true);
  }, []);
}
