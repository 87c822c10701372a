import { Center } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Trouble } from './trouble.tsx';
import { words } from './words.ts';

/**
 * A mistake of ours, or a page older than what the server now serves: either way a reload is what
 * helps, and the half-written invoice is still there after it.
 */
export class Crash extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Center mih="100dvh" p="md">
        <Trouble
          error={this.state.error}
          hint={words.trouble.reloadHint}
          onRetry={() => window.location.reload()}
          retryWord={words.trouble.reload}
        />
      </Center>
    );
  }
}
