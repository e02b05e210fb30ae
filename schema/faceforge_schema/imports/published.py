"""The bytes of a batch under their hashes, from where they are durable until rows name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from faceforge_schema.assets.arrivals import Uploaded
from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.incoming import Incoming
from faceforge_storage.imports.copying import Copied, discard
from faceforge_storage.objects.provider import StoredObject


@dataclass(eq=False)
class Published:
    """Files of a batch that can be stored. Until it is released nobody else publishes or removes their bytes."""

    run: Run
    ready: Sequence[Incoming]
    uploaded: Mapping[str, Uploaded]
    """What came just now, by hash."""
    places: Sequence[StoredObject]
    held: ExitStack

    def release(self, stored: Collection[Incoming] = ()) -> None:
        """Let others at the bytes, and remove those for which no row was `stored`. A second time does nothing."""
        places, self.places = self.places, ()
        with self.held:
            named = {each.sha256 for each in stored}
            if left := [each for each in places if each.sha256 not in named]:
                self.run.core.stored_bytes.withdraw_here(left, self.run.context.turn)


def publish(run: Run, incoming: Sequence[Incoming]) -> Published:
    """Publish what is copied of the files, and hold the hashes of all that can be stored.

    Raises NoSpace, StorageFailed, Unavailable; then nothing is held.
    """
    ready = [each for each in incoming if each.copied is not None or each.here]
    with ExitStack() as held:
        held.enter_context(run.core.stored_bytes.held(each.sha256 for each in ready))
        copies = _first_copies(ready)
        places = run.core.store.publish([each.staged for each in copies])
        uploaded = {
            each.staged.sha256: Uploaded(place.as_row(), {"blake3": each.staged.blake3})
            for each, place in zip(copies, places, strict=True)
        }
        return Published(run, ready, uploaded, places, held.pop_all())


def _first_copies(ready: Sequence[Incoming]) -> list[Copied]:
    """The copies to publish: of equal files in a batch the first, the others are removed."""
    first: dict[str, Copied] = {}
    for each in ready:
        if each.copied is not None and first.setdefault(each.sha256, each.copied) is not each.copied:
            discard([each.copied])
    return list(first.values())
