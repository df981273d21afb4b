package dev.sae4j.lm.hub;

import java.nio.file.Path;
import java.util.List;

/// A hub of models, SAEs and data sets. What is fetched lies in the cache that Python's
/// `huggingface_hub` uses too; nothing gets its name there before its checksum is right, and what
/// broke off goes on where it ended. May be used by several threads.
public interface Hub extends AutoCloseable {
    /// Opens a hub; nothing is sent yet.
    static Hub open(HubSettings settings) {
        return new RemoteHub(settings, HubClock.system(), Partial.PART);
    }

    /// The files at and below the path of `id`.
    ///
    /// @throws HubException if there are none, or they cannot be asked for
    List<HubFile> files(HubId id);

    /// The one file that `id` names, fetched if it is not in the cache.
    Path file(HubId id, HubListener listener);

    /// Those files of what `id` names that are chosen, fetched if they are not in the cache.
    Fetched fetch(HubId id, HubSelection selection, HubListener listener);

    /// Puts the chosen files into a folder, as plain files by their paths below that of `id`. Those
    /// that are there already stay.
    Fetched copy(HubId id, HubSelection selection, Path folder, HubListener listener);

    /// Says what [#publish] would do.
    UploadPlan plan(Upload upload);

    /// Uploads the files of a folder, as one commit. What the hub has already is not sent again.
    ///
    /// @return address of the commit, or of the repository if nothing was new
    String publish(Upload upload, HubListener listener);

    @Override
    void close();
}
