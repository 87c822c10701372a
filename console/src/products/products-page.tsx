import { Button, SegmentedControl, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Session } from '../api/bodies.ts';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import { mayIssue } from '../session/session.ts';
import { ProductList } from './product-list.tsx';
import classes from './products-page.module.css';

/** What the company sells, found while one types. */
export function ProductsPage({ session }: { session: Session }) {
  const say = words.products.list;
  const [which, setWhich] = useState<'active' | 'archived'>('active');
  usePageTitle(say.title);
  return (
    <section className={classes.page} aria-labelledby="products-title">
      <div className={classes.heading}>
        <Title order={1} size="h2" id="products-title">
          {say.title}
        </Title>
        {mayIssue(session) && (
          <Button
            leftSection={<IconPlus size={18} aria-hidden />}
            renderRoot={(props) => <Link href={addresses.newProduct} {...props} />}
          >
            {say.create}
          </Button>
        )}
      </div>
      <SegmentedControl
        className={classes.which}
        aria-label={say.which}
        data={[
          { value: 'active', label: say.active },
          { value: 'archived', label: say.archived },
        ]}
        value={which}
        onChange={(value) => setWhich(value as typeof which)}
        size="xs"
      />
      <ProductList key={which} archived={which === 'archived'} mayCreate={mayIssue(session)} />
    </section>
  );
}
