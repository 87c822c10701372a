import { Button, Text } from '@mantine/core';
import type { Product } from '../api/bodies.ts';
import dialogClasses from '../app/dialog.module.css';
import { Dialog } from '../app/dialog.tsx';
import { words } from '../app/words.ts';
import { differences, draftOfProduct, type ProductDraft } from './product-draft.ts';
import classes from './product-form.module.css';

interface ProductConflictProps {
  mine: ProductDraft;
  current: Product;
  saving: boolean;
  onTakeMine: () => void;
  onTakeTheirs: () => void;
  onGoOn: () => void;
}

/** Two people saved at once: both versions side by side, and a choice. */
export function ProductConflict(props: ProductConflictProps) {
  const say = words.products.conflict;
  return (
    <Dialog title={say.title} onClose={props.onGoOn}>
      <div className={dialogClasses.fields}>
        <Text size="sm">{say.means}</Text>
        <table className={classes.versions}>
          <thead>
            <tr>
              <th scope="col">{say.field}</th>
              <th scope="col">{say.mine}</th>
              <th scope="col">{say.theirs}</th>
            </tr>
          </thead>
          <tbody>
            {differences(props.mine, draftOfProduct(props.current)).map((one) => (
              <tr key={one.field}>
                <th scope="row">{one.field}</th>
                <td>{one.mine || <i>{say.nothing}</i>}</td>
                <td>{one.theirs || <i>{say.nothing}</i>}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={dialogClasses.buttons}>
          <Button variant="subtle" onClick={props.onGoOn}>
            {say.goOn}
          </Button>
          <Button variant="default" onClick={props.onTakeTheirs}>
            {say.takeTheirs}
          </Button>
          <Button onClick={props.onTakeMine} loading={props.saving}>
            {say.takeMine}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
