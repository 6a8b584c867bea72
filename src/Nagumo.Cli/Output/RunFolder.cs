using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>The files of a training run. Holds the folder's lock while it is open.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string Config = "config.json",
        Result = "result.json",
        CheckpointFile = "checkpoint.bin",
        StartWeights = "start-weights.npz",
        Metrics = "metrics.jsonl",
        Timings = "timings.jsonl",
        Info = "run.json",
        LockFile = ".lock";

    /// <summary>The weights of a finished run.</summary>
    public const string Weights = "weights.npz";

    /// <summary>What nobody replaces: a folder that holds one of these is no place for a new run. (Starting weights are looked at when they are written.)</summary>
    private static readonly string[] Kept =
    [
        Config,
        Nagumo.Data.Preparation.FileName,
        Result,
        CheckpointFile,
        Weights,
        Metrics,
        Timings,
        Info,
        .. Pictures.Files,
    ];
    private readonly FileStream _lock;
    private readonly string? _made;

    private RunFolder(string path, FileStream locked, string? made) => (Path, _lock, _made) = (path, locked, made);

    /// <summary>The folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>Whether the folder holds a run at all.</summary>
    public static bool IsRun(string path) => File.Exists(At(path, Config));

    /// <summary>Whether the run in a folder came to its end.</summary>
    public static bool IsFinished(string path) => File.Exists(At(path, Result));

    /// <summary>The configuration file of a run.</summary>
    public static string ConfigOf(string path) => At(path, Config);

    /// <summary>The checkpoint of a run.</summary>
    public static string CheckpointOf(string path) => At(path, CheckpointFile);

    /// <summary>Makes the folder if need be, takes its lock, and clears what a process that died there left half written.</summary>
    /// <exception cref="IOException">Another process trains there, or the folder cannot be written.</exception>
    public static RunFolder Open(string path) =>
        TryOpen(path) ?? throw new IOException($"another process is training in '{path}': wait for it, or use another --out.");

    /// <summary>A folder for a new run.</summary>
    /// <exception cref="InputException">It holds something that the run would replace.</exception>
    /// <exception cref="IOException">Another process trains there, or the folder cannot be written.</exception>
    public static RunFolder OpenNew(string path)
    {
        var folder = Open(path);
        try
        {
            // Under the lock: what was free when the command began may have become a run since.
            folder.RequireNew();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The first of base, base-2, base-3, … that is free and not another process's.</summary>
    public static RunFolder OpenFree(string basis)
    {
        for (int n = 1; ; n++)
        {
            string path = n == 1 ? basis : $"{basis}-{n}";
            if (Occupied(path) is null && TryOpen(path) is { } folder)
                if (Occupied(path) is null)
                    return folder;
                else
                    folder.Dispose();
        }
    }

    /// <summary>Refuses a folder that holds anything that a new run would replace.</summary>
    /// <exception cref="InputException">It does; the message says what.</exception>
    public static void RequireNew(string path)
    {
        if (Occupied(path) is { } file)
            throw new InputException(
                !IsRun(path)
                    ? $"'{path}' holds '{file}', which a run would replace, and no config.json, without which it is no run to continue: name another --out."
                : IsFinished(path) ? $"'{path}' holds a finished run: name another --out."
                : $"'{path}' holds an unfinished run: continue it with --resume, or name another --out."
            );
    }

    /// <inheritdoc cref="RequireNew(string)"/>
    public void RequireNew() => RequireNew(Path);

    /// <summary>The first file in a folder that a run would replace; null for none.</summary>
    private static string? Occupied(string path) => Kept.FirstOrDefault(file => System.IO.Path.Exists(At(path, file)));

    /// <summary>Null when another process has it.</summary>
    private static RunFolder? TryOpen(string path)
    {
        string? made = TopMissing(path);
        while (true)
        {
            OutputPath.OfFolder(path);
            FileStream locked;
            try
            {
                locked = new(At(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && (e.HResult & 0xFFFF) is 32 or 11 or 35)
            {
                return null;
            }
            catch (DirectoryNotFoundException) when (!Directory.Exists(path))
            {
                // Another process left it empty, and took it away, in between.
                continue;
            }
            if (IsThere(locked))
            {
                RemoveParts(path);
                return new(path, locked, made);
            }
            locked.Dispose();
        }
    }

    /// <summary>Whether the locked file is the one that others find: one who left the folder empty deletes it.</summary>
    private static bool IsThere(FileStream locked)
    {
        if (OperatingSystem.IsWindows())
            return true;
        // A time that no other file has, set on what is locked, is found under the name or not.
        File.SetLastWriteTimeUtc(locked.SafeFileHandle, DateTime.UtcNow.AddTicks(-Random.Shared.NextInt64(TimeSpan.TicksPerDay)));
        return File.GetLastWriteTimeUtc(locked.Name) == File.GetLastWriteTimeUtc(locked.SafeFileHandle);
    }

    /// <summary>Parts of the run's files, also those of version 0.1.0, whose names begin with the file's: only the lock's holder writes here.</summary>
    private static void RemoveParts(string path)
    {
        foreach (string part in Directory.EnumerateFiles(path, "*.part"))
            if (Kept.Append(StartWeights).Any(file => System.IO.Path.GetFileName(part).StartsWith(file + ".", StringComparison.Ordinal)))
                File.Delete(part);
    }

    /// <summary>The last of base, base-2, base-3, … that holds a run; the base when none does.</summary>
    public static string Latest(string basis)
    {
        string path = basis;
        for (int n = 2; IsRun($"{basis}-{n}"); n++)
            path = $"{basis}-{n}";
        return path;
    }

    /// <summary>A file of the folder.</summary>
    public string this[string file] => At(Path, file);

    /// <summary>Begins a new run: its starting weights, its configuration, and what made it.</summary>
    /// <exception cref="InputException">Other starting weights are there.</exception>
    public void Begin(Experiment experiment, string? startWeights, Preparation? preparation, RunInfo info)
    {
        RequireNew();
        if (preparation is not null)
            WriteText(Preparation.FileName, preparation.ToJson());
        if (startWeights is not null && System.IO.Path.GetFullPath(startWeights) != System.IO.Path.GetFullPath(this[StartWeights]))
            KeepStart(File.ReadAllBytes(startWeights));
        // From here on the folder is a run; what follows is written again when it is continued without.
        WriteText(Config, (experiment with { Weights = startWeights is null ? null : StartWeights }).ToJson());
        Describe(info);
    }

    /// <summary>Says what made the run, unless that is said.</summary>
    public void Describe(RunInfo info)
    {
        if (!File.Exists(this[Info]))
            WriteText(Info, JsonSerializer.Serialize(info, CliJson.Default.RunInfo) + "\n");
    }

    /// <summary>A beginning that was cut short left the same bytes; any others are somebody's.</summary>
    private void KeepStart(byte[] weights)
    {
        if (File.Exists(this[StartWeights]) && !File.ReadAllBytes(this[StartWeights]).AsSpan().SequenceEqual(weights))
            throw new InputException($"'{this[StartWeights]}' holds other weights, which the run would replace: name another --out.");
        AtomicFile.Write(this[StartWeights], stream => stream.Write(weights));
    }

    /// <summary>The state after an epoch. The timings go first and the metrics last: a run killed in between has both again from the
    /// checkpoint on, and no line is missing.</summary>
    public void Save(Checkpoint checkpoint, IReadOnlyList<EpochTiming> timings)
    {
        WriteLines(Timings, timings, CliJson.Compact.EpochTiming);
        checkpoint.Write(this[CheckpointFile]);
        WriteMetrics(checkpoint.History);
    }

    /// <summary>metrics.jsonl, one line per epoch.</summary>
    public void WriteMetrics(IReadOnlyList<EpochMetrics> history) => WriteLines(Metrics, history, CliJson.Compact.EpochMetrics);

    /// <summary>The timings of the epochs that a checkpoint holds, without those of an epoch that was killed before it was kept.</summary>
    public List<EpochTiming> ReadTimings(int epochs) =>
        File.Exists(this[Timings])
            ?
            [
                .. File.ReadLines(this[Timings])
                    .Select(Timing)
                    .OfType<EpochTiming>()
                    .Where(t => t.Epoch >= 1 && t.Epoch <= epochs)
                    .GroupBy(t => t.Epoch)
                    .Select(same => same.Last()),
            ]
            : [];

    /// <summary>Version 0.1.0 could leave half a line.</summary>
    private static EpochTiming? Timing(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CliJson.Default.EpochTiming);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Ends a run.</summary>
    public void Finish(TrainResult result) => WriteText(Result, JsonSerializer.Serialize(result, CliJson.Default.TrainResult) + "\n");

    /// <summary>The result of a finished run; null for another.</summary>
    /// <exception cref="InputException">The file is no result.</exception>
    public static TrainResult? ResultOf(string path)
    {
        if (!IsFinished(path))
            return null;
        string file = At(path, Result),
            text = File.ReadAllText(file);
        try
        {
            return JsonSerializer.Deserialize(text, CliJson.Default.TrainResult) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            string reason = JsonFile.Fault(text) ?? "keys are missing, or of another kind";
            throw new InputException(
                $"'{file}' is no result of a run: {reason}. Delete it, and '{Terminal.Command} train {Terminal.Quoted(path)} --resume' tests the run again."
            );
        }
    }

    /// <summary>Releases the lock. A folder that holds nothing else goes again, with the parents that were made for it.</summary>
    public void Dispose()
    {
        bool empty = Directory.EnumerateFileSystemEntries(Path).All(f => System.IO.Path.GetFileName(f) == LockFile);
        // Before the lock is released, so that nobody takes it in between; Windows deletes no open file.
        if (empty && !OperatingSystem.IsWindows())
            File.Delete(this[LockFile]);
        _lock.Dispose();
        if (empty)
            Remove();
    }

    private void Remove()
    {
        try
        {
            File.Delete(this[LockFile]);
            RemoveFolders();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else uses the folder.
        }
    }

    private void RemoveFolders()
    {
        if (_made is null)
            return;
        for (
            string at = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path));
            !Directory.EnumerateFileSystemEntries(at).Any();

        )
        {
            Directory.Delete(at);
            if (at == _made)
                return;
            at = System.IO.Path.GetDirectoryName(at)!;
        }
    }

    /// <summary>The outermost folder that creating a path makes; null when it is there.</summary>
    private static string? TopMissing(string path)
    {
        string? missing = null;
        for (
            string? at = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
            at is not null && !Directory.Exists(at);
            at = System.IO.Path.GetDirectoryName(at)
        )
            missing = at;
        return missing;
    }

    /// <summary>Whole or not at all.</summary>
    public void WriteText(string file, string text, bool flush = true) => AtomicFile.WriteText(this[file], text, flush);

    /// <summary>One line of JSON for each; in every epoch, so the disk is not waited for: the checkpoint, which has been, gives them again.</summary>
    private void WriteLines<T>(string file, IReadOnlyList<T> items, JsonTypeInfo<T> type)
    {
        var lines = new StringBuilder();
        foreach (var item in items)
            lines.Append(JsonSerializer.Serialize(item, type)).Append('\n');
        WriteText(file, lines.ToString(), flush: false);
    }

    private static string At(string folder, string file) => System.IO.Path.Combine(folder, file);
}
