using System.Globalization;

namespace Nagumo.Data;

/// <summary>Reads samples from arrays: an .npz with inputs and targets, a pair of .npy files, a pair of IDX files.</summary>
internal static class ArrayReader
{
    private const string Train = "_train",
        Test = "_test";

    /// <summary>Reads an .npz: <c>x</c> and <c>y</c>, or <c>x_train</c>, <c>y_train</c>, <c>x_test</c>, <c>y_test</c>, or the names that data.x and data.y give.</summary>
    public static RawData ReadNpz(string path, DataOptions options, Understanding how)
    {
        string[] names = NpzNames(path);
        string x = options.X ?? "x",
            y = options.Y ?? "y";
        bool isDivided = Find(names, x) is null && Find(names, x + Train) is not null;
        string first = isDivided ? Train : "";
        var part = NpzPart(path, names, x + first, y + first, options, how);
        var tested =
            options.TestFile is { } file ? NpzTest(file, x, y, options, how)
            : isDivided && options.Test is null && options.TestIndices is null && Find(names, x + Test) is not null
                ? NpzPart(path, names, x + Test, y + Test, options, how)
            : null;
        return Together("npz", part, tested, options, how);
    }

    /// <summary>Reads a pair of .npy or of IDX files: inputs in the file, targets in data.y or in the file beside it that is called so.</summary>
    public static RawData ReadPair(string path, DataOptions options, Understanding how)
    {
        var part = Pair(path, options.Y, options, how);
        var tested = options.TestFile is { } test ? Pair(test, null, options, how) : null;
        return Together(DataReader.Kind(path) == FileKind.Idx ? "IDX" : "npy", part, tested, options, how);
    }

    /// <summary>One array of a file of npy or IDX, plain or gzipped.</summary>
    public static NpyArray Array(string path)
    {
        byte[] file = DataStream.ReadAll(path);
        if (Npy.IsNpy(file))
            return Npy.Read(file, path);
        var idx = Idx.Read(file, path);
        return new NpyArray(idx.Data.ToArray(), idx.Shape);
    }

    private sealed record Part(string Name, NpyArray X, string? TargetName, NpyArray? Y);

    private static string[] NpzNames(string path)
    {
        using var file = Archive(path);
        return Npz.Names(file, path);
    }

    /// <summary>A zip is read from its end: one that is gzipped once more is unpacked first.</summary>
    private static Stream Archive(string path)
    {
        var stream = DataStream.Open(path);
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        return new MemoryStream(DataStream.ReadAll(path));
    }

    private static string? Find(string[] names, string key) =>
        names.FirstOrDefault(name => name == key) ?? names.FirstOrDefault(name => name.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static Part NpzTest(string path, string x, string y, DataOptions options, Understanding how)
    {
        string[] names = NpzNames(path);
        string suffix = Find(names, x) is null && Find(names, x + Test) is not null ? Test : "";
        return NpzPart(path, names, x + suffix, y + suffix, options, how);
    }

    private static Part NpzPart(string path, string[] names, string x, string y, DataOptions options, Understanding how)
    {
        string inputs =
            Find(names, x)
            ?? throw new InvalidDataException(
                $"{path}: no array '{x}' for the inputs; it holds {(names.Length > 0 ? string.Join(", ", names.Select(n => $"'{n}'")) : "nothing")}. Name them: data.x=NAME data.y=NAME"
            );
        string? targets =
            Find(names, y)
            ?? (
                how.NeedsTargets
                    ? throw new InvalidDataException(
                        $"{path}: no array '{y}' for the targets; it holds {string.Join(", ", names.Select(n => $"'{n}'"))}. Name it: data.y=NAME"
                    )
                    : null
            );
        using var file = Archive(path);
        var arrays = Npz.Read(file, path, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, name => name == inputs || name == targets);
        return new(
            $"{path}: {inputs}",
            arrays[inputs],
            targets is null ? null : $"{path}: {targets}",
            targets is null ? null : arrays[targets]
        );
    }

    private static Part Pair(string path, string? targets, DataOptions options, Understanding how)
    {
        targets ??= Beside(path);
        if (targets is null && how.NeedsTargets)
            throw new InvalidDataException(
                $"{path}: inputs only; name the file of the targets with data.y=FILE, or call the two x… and y…, or …images… and …labels…"
            );
        return new(path, Array(path), targets, targets is null ? null : Array(targets));
    }

    /// <summary>The file of targets that belongs to one of inputs by its name.</summary>
    private static string? Beside(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "",
            name = Path.GetFileName(path);
        string[] candidates =
        [
            name.StartsWith('x') ? "y" + name[1..] : "",
            name.StartsWith('X') ? "y" + name[1..] : "",
            name.StartsWith('X') ? "Y" + name[1..] : "",
            name.Replace("_x", "_y", StringComparison.Ordinal),
            name.Replace("images-idx3", "labels-idx1", StringComparison.Ordinal),
            name.Replace("images.idx3", "labels.idx1", StringComparison.Ordinal),
            name.Replace("images", "labels", StringComparison.Ordinal),
        ];
        return candidates
            .Where(candidate => candidate.Length > 0 && candidate != name)
            .Select(candidate => Path.Combine(folder, candidate))
            .FirstOrDefault(File.Exists);
    }

    private static RawData Together(string kind, Part train, Part? test, DataOptions options, Understanding how)
    {
        var inputs = Inputs(train);
        var tested = test is null ? null : Inputs(test);
        if (tested is not null && !inputs.Shape[1..].SequenceEqual(tested.Shape[1..]))
            throw new InvalidDataException(
                $"{test!.Name}: samples of shape {Text(tested.Shape[1..])}, and {train.Name} has {Text(inputs.Shape[1..])}; both need the same."
            );
        var notes = new List<string>();
        var targets = Targets(train, test, options, how, notes);
        return new(kind, new(inputs, targets.Train), tested is null ? null : new(tested, targets.Test), Notes: notes);
    }

    private static NpyArray Inputs(Part part)
    {
        var x = part.X;
        if (x.Shape.Length == 0 || x.Shape[0] == 0 || x.Values.Length == 0)
            throw new InvalidDataException($"{part.Name}: an array of shape {Text(x.Shape)}; [samples, …] expected, with at least one.");
        if (part.Y is { } y && (y.Shape.Length == 0 || y.Shape[0] != x.Shape[0]))
            throw new InvalidDataException(
                $"{part.TargetName}: an array of shape {Text(y.Shape)}; {part.Name} has {Counted.Of(x.Shape[0], "sample")}, and each needs its target."
            );
        RequireFinite(x, part.Name);
        return x.Values is bool[] bits ? new(System.Array.ConvertAll(bits, b => (byte)(b ? 1 : 0)), x.Shape) : x;
    }

    private static void RequireFinite(NpyArray array, string name)
    {
        int at = array.Values switch
        {
            float[] x => System.Array.FindIndex(x, v => !float.IsFinite(v)),
            double[] x => System.Array.FindIndex(x, v => !double.IsFinite(v)),
            _ => -1,
        };
        if (at < 0)
            return;
        double value = array.Values is float[] singles ? singles[at] : ((double[])array.Values)[at];
        var index = new int[array.Shape.Length];
        for (int axis = index.Length - 1, rest = at; axis >= 0; rest /= array.Shape[axis--])
            index[axis] = rest % array.Shape[axis];
        int more = array.Values is float[] all
            ? all.Count(v => !float.IsFinite(v)) - 1
            : ((double[])array.Values).Count(v => !double.IsFinite(v)) - 1;
        throw new InvalidDataException(
            $"{name}[{string.Join(", ", index)}] is {value.ToString(CultureInfo.InvariantCulture)}{(more > 0 ? $", and {more} more are no finite numbers" : "")}; finite numbers are expected. Fill or delete what is missing first."
        );
    }

    /// <summary>The targets of both parts: classes have the same names in both.</summary>
    private static (RawTargets? Train, RawTargets? Test) Targets(
        Part train,
        Part? test,
        DataOptions options,
        Understanding how,
        List<string> notes
    )
    {
        if (train.Y is not { } y)
            return (null, null);
        Part[] parts = test?.Y is null ? [train] : [train, test];
        bool asNumbers = how.TargetNames is not null || options.TargetKind == "numbers",
            asClasses = how.ClassNames is not null || options.TargetKind == "classes";
        if (!asNumbers && parts.All(p => OneHot(p.Y!) is not null))
        {
            int classes = y.Shape[1];
            if (how.ClassNames is null)
                notes.Add($"the targets are one 1 among 0s in each row: {Counted.Of(classes, "class")}");
            return Encoded(parts, [.. parts.Select(p => System.Array.ConvertAll(OneHot(p.Y!)!, c => (double)c))], how, classes);
        }
        int width = y.Values.Length / y.Shape[0];
        double[][] values = [.. parts.Select(p => Doubles(p.Y!, p.TargetName!))];
        bool isWhole = y.Values is byte[] or int[] or long[] or bool[];
        if (!asNumbers && width == 1)
        {
            var distinct = new HashSet<double>(values.SelectMany(v => v));
            long count = values.Sum(v => (long)v.Length);
            if (asClasses || Classes.LooksLikeNames(isWhole, distinct.Count, count))
                return Encoded(parts, values, how, null);
            notes.Add(
                isWhole
                    ? $"the targets are {distinct.Count} different numbers of {count}: numbers to be learned (data.target_kind=classes takes them for classes)"
                    : "the targets are real numbers (data.target_kind=classes takes them for classes)"
            );
        }
        else if (asClasses)
            throw new InvalidDataException(
                $"{train.TargetName}: an array of shape {Text(y.Shape)}; classes are one number for each sample."
            );
        string[] names =
            how.TargetNames
            ?? (
                width == 1
                    ? [options.Y is { } named && !File.Exists(named) ? named : "y"]
                    : [.. Enumerable.Range(0, width).Select(i => $"y{i}")]
            );
        foreach (var part in parts)
            if (part.Y!.Values.Length / part.Y.Shape[0] != names.Length)
                throw new InvalidDataException(
                    $"{part.TargetName}: an array of shape {Text(part.Y.Shape)}; {Counted.Of(names.Length, "number")} for each sample expected."
                );
        return (new RawTargets.OfNumbers(names, values[0]), values.Length > 1 ? new RawTargets.OfNumbers(names, values[1]) : null);
    }

    private static (RawTargets?, RawTargets?) Encoded(Part[] parts, double[][] values, Understanding how, int? count)
    {
        string[] names =
            how.ClassNames
            ?? Classes.Sorted(
                (count is { } n ? Enumerable.Range(0, n).Select(c => (double)c) : values.SelectMany(v => v).Distinct()).Select(Name)
            );
        var index = names.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        var labels = values.Select(
            (v, part) =>
                System.Array.ConvertAll(
                    v,
                    x =>
                        index.TryGetValue(Name(x), out int label)
                            ? label
                            : throw new InvalidDataException(
                                $"{parts[part].TargetName}: the class {Name(x)} was not there in training.{Nearest.Hint(Name(x), names)}"
                            )
                )
        );
        RawTargets[] targets = [.. labels.Select(l => new RawTargets.OfClasses(names, l))];
        return (targets[0], targets.Length > 1 ? targets[1] : null);

        static string Name(double x) => x.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The class of each row where every row is one 1 among zeros; null for any other array.</summary>
    private static int[]? OneHot(NpyArray y)
    {
        if (y.Shape.Length != 2 || y.Shape[1] < 2)
            return null;
        double[] values = Doubles(y, "");
        int width = y.Shape[1];
        int[] classes = new int[y.Shape[0]];
        for (int i = 0; i < classes.Length; i++)
        {
            var row = values.AsSpan(i * width, width);
            classes[i] = row.IndexOf(1);
            if (classes[i] < 0 || row.Count(0.0) != width - 1)
                return null;
        }
        return classes;
    }

    private static double[] Doubles(NpyArray array, string name)
    {
        if (name.Length > 0)
            RequireFinite(array, name);
        return array.Values switch
        {
            double[] x => x,
            float[] x => System.Array.ConvertAll(x, v => (double)v),
            byte[] x => System.Array.ConvertAll(x, v => (double)v),
            int[] x => System.Array.ConvertAll(x, v => (double)v),
            long[] x => System.Array.ConvertAll(x, v => (double)v),
            _ => System.Array.ConvertAll((bool[])array.Values, v => v ? 1.0 : 0),
        };
    }

    private static string Text(int[] shape) => $"[{string.Join(", ", shape)}]";
}
