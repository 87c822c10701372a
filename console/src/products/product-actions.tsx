import { Button } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Product } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { addresses, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './product-page.module.css';
import { useProductLife } from './products.ts';

type Asked = 'archive' | 'remove';

/** How a product leaves and comes back. */
export function ProductActions({ product }: { product: Product }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const say = words.products.page;
  const life = useProductLife((left) => {
    setAsked(null);
    if (!left) navigate(addresses.products);
  });
  const ask = (verb: Asked) => {
    life.reset();
    setAsked(verb);
  };
  const small = { size: 18, 'aria-hidden': true } as const;
  return (
    <>
      <div className={classes.actions}>
        {product.archived_at ? (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp {...small} />}
            loading={life.isPending}
            onClick={() => life.mutate({ verb: 'restore', known: product })}
          >
            {say.restore}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconArchive {...small} />}
            onClick={() => ask('archive')}
          >
            {say.archive}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconTrash {...small} />}
          onClick={() => ask('remove')}
        >
          {say.remove}
        </Button>
      </div>
      {asked === null && life.isError && (
        <Trouble error={life.error} title={say.changeFailed} onRetry={() => life.reset()} />
      )}
      {asked && (
        <Confirm
          title={asked === 'archive' ? say.archiveTitle : say.removeTitle}
          means={asked === 'archive' ? say.archiveMeans : say.removeMeans}
          action={asked === 'archive' ? say.archive : say.remove}
          danger={asked === 'remove'}
          pending={life.isPending}
          error={life.error}
          failedTitle={say.changeFailed}
          onConfirm={() => life.mutate({ verb: asked, known: product })}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
