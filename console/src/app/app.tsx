import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useSession } from '../session/session.ts';
import { SignIn } from '../session/sign-in.tsx';
import { Trouble } from './trouble.tsx';
import { words } from './words.ts';

// Fetched while the person types a password, so that the first page paints sooner.
const loadWorkspace = () =>
  import('./workspace.tsx').then((module) => ({ default: module.Workspace }));
const Workspace = lazy(loadWorkspace);
// If it fails now it is asked for again, and its failure shown, once it is needed.
const prepareWorkspace = () => void loadWorkspace().catch(() => {});

/** Who is here decides what is shown: the sign-in or the work. */
export function App() {
  const session = useSession();
  // A failed check of a known session changes nothing: the work stays on the screen.
  if (session.data) {
    return (
      <Suspense fallback={<Waiting />}>
        <Workspace session={session.data} />
      </Suspense>
    );
  }
  if (session.data === null) return <SignIn onShown={prepareWorkspace} />;
  if (session.isPending) return <Waiting />;
  return (
    <Center mih="100dvh" p="md">
      <Trouble error={session.error} onRetry={() => session.refetch()} />
    </Center>
  );
}

function Waiting() {
  return (
    <Center mih="100dvh" role="status" aria-label={words.shell.loading}>
      <Loader size="sm" />
    </Center>
  );
}
