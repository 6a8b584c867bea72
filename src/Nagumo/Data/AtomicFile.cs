namespace Nagumo.Data;

/// <summary>Files that appear whole or not at all: written beside their place, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Ends the names of files being written; whoever finds an old one may delete it.</summary>
    public const string PartSuffix = ".part";

    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> writes; on any failure the old file stays as it was.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var part = $"{path}.{Guid.NewGuid():n}{PartSuffix}";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
