namespace Nagumo.Data;

/// <summary>A user's own data, ready to be learned: divided, and in the units that a network takes.</summary>
/// <param name="Data">What is trained on and what is tested on.</param>
/// <param name="Preparation">How they were made ready; every later command follows it.</param>
/// <param name="Notes">What is to be known: the division, the map of the inputs, constant columns, duplicates.</param>
public sealed record PreparedData(DataSet Data, Preparation Preparation, IReadOnlyList<string> Notes)
{
    /// <summary>Reads a file or folder to train on it: divides it, fits its maps to the training samples, applies them to all.</summary>
    /// <param name="options">Which data, and how they are understood.</param>
    /// <exception cref="InvalidDataException">They cannot be read or learned; the message says where and what to do.</exception>
    /// <exception cref="ArgumentException">An option out of its range.</exception>
    public static PreparedData Load(DataOptions options)
    {
        options.Validate();
        RequireFile(options.Source, "data.source");
        RequireFile(options.TestFile, "data.test");
        RequireFile(options.TestIndices, "data.test_indices");
        var raw = DataReader.Read(options);
        var division = Division.Of(raw, options);
        bool perColumn = options.Per is { } per ? per == "column" : raw.Train.Shape.Length == 1;
        var (from, trained) = division.Train;
        var inputs = Normalisation.Fit(options.Normalise, perColumn, trained, from.Size, from.Read, raw.IsCategory);
        var numbers = from.Targets as RawTargets.OfNumbers;
        var targetMap = numbers is null
            ? null
            : Normalisation.Fit(
                options.NormaliseTarget,
                perColumn: true,
                trained,
                numbers.Names.Length,
                (sample, row) => numbers.Values.AsSpan(sample * row.Length, row.Length).CopyTo(row),
                null
            );
        string[]? classes = (from.Targets as RawTargets.OfClasses)?.Names;
        if (classes is { Length: 1 })
            throw new InvalidDataException(
                $"{options.Source}: every sample is of the class '{classes[0]}': there is nothing to tell apart. Is another column the target (data.target=COLUMN)?"
            );
        var preparation = new Preparation(
            Digest(options),
            raw.Kind,
            from.Shape,
            inputs,
            raw.InputNames,
            Preparation.Prepared(raw.Schema),
            options.Decimal == ",",
            classes,
            numbers?.Names,
            targetMap
        );
        return Together(options, preparation, division, [.. raw.Notes ?? [], .. About(division, preparation, from, raw.Schema)]);
    }

    /// <summary>Reads the data that a run was trained on again, or others that are like them.</summary>
    /// <param name="options">Which data; divided as they were trained on.</param>
    /// <param name="preparation">How they are understood and mapped: the run's.</param>
    /// <exception cref="InvalidDataException">They cannot be read, or are not like those that the network knows.</exception>
    public static PreparedData Load(DataOptions options, Preparation preparation)
    {
        options.Validate();
        RequireFile(options.Source, "data.source");
        RequireFile(options.TestFile, "data.test");
        RequireFile(options.TestIndices, "data.test_indices");
        var raw = DataReader.Read(options, preparation.Understanding(needsTargets: true));
        RequireShape(options.Source, raw.Train, preparation);
        var division = Division.Of(raw, options);
        string digest = Digest(options);
        return Together(
            options,
            preparation,
            division,
            digest == preparation.Sha256
                ? raw.Notes ?? []
                :
                [
                    .. raw.Notes ?? [],
                    $"{options.Source} has changed since the run was trained on it: SHA-256 {digest[..16]}… is not {preparation.Sha256[..16]}…, and the division may be another one",
                ]
        );
    }

    /// <summary>Reads other data than those of a run, all of them to be tested on: a test part where they have one, else everything.</summary>
    /// <param name="options">Which data; their shares are not drawn.</param>
    /// <param name="preparation">How they are understood and mapped: the run's.</param>
    public static PreparedData LoadOther(DataOptions options, Preparation preparation)
    {
        var (samples, hasTargets, notes) = Read(options with { Test = null, TestIndices = null }, preparation);
        if (!hasTargets)
            throw new InvalidDataException($"{options.Source}: no targets to compare with.");
        return new(new DataSet(Name(options.Source), samples, samples, Digest(options)), preparation, notes);
    }

    /// <summary>Reads samples for a network to look at, with their targets where the file has them.</summary>
    /// <param name="options">Which data.</param>
    /// <param name="preparation">How they are understood and mapped: the run's.</param>
    /// <returns>The samples, whether their targets are the file's own (else zeros stand for them), and notes.</returns>
    public static (Samples Samples, bool HasTargets, IReadOnlyList<string> Notes) Read(DataOptions options, Preparation preparation)
    {
        options.Validate();
        RequireFile(options.Source, "data.source");
        var raw = DataReader.ReadAny(options, preparation);
        var from = raw.Test ?? raw.Train;
        RequireShape(options.Source, from, preparation);
        int[] all = [.. Enumerable.Range(0, from.Count)];
        return (Samples(from, all, preparation), from.Targets is not null, raw.Notes ?? []);
    }

    /// <summary>Which samples of a file, as <see cref="Read"/> counts them, a run was trained on.</summary>
    /// <param name="options">The data of the run.</param>
    /// <param name="preparation">How they were made ready.</param>
    /// <param name="file">The file, which may be another one.</param>
    /// <returns>Their indices from 0; null where it cannot be told: the file is not the one that was trained on, or has changed since.</returns>
    public static IReadOnlySet<int>? TrainingRows(DataOptions options, Preparation preparation, string file)
    {
        static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Path.Exists(options.Source) || Full(file) != Full(options.Source) || Digest(options) != preparation.Sha256)
            return null;
        var raw = DataReader.Read(options, preparation.Understanding(needsTargets: true));
        // A file with a test part of its own is read as that part.
        if (raw.Test is not null && options.TestFile is null)
            return new HashSet<int>();
        return Division.Of(raw, options).Train.Samples.ToHashSet();
    }

    private static PreparedData Together(DataOptions options, Preparation preparation, Division division, IReadOnlyList<string> notes) =>
        new(
            new DataSet(
                Name(options.Source),
                Samples(division.Train.From, division.Train.Samples, preparation),
                Samples(division.Test.From, division.Test.Samples, preparation),
                preparation.Sha256
            ),
            preparation,
            notes
        );

    /// <summary>Some samples as a network takes them: bytes stay bytes under one map, all others become float32.</summary>
    private static Samples Samples(RawSamples from, int[] chosen, Preparation preparation)
    {
        var targets = Targets(from.Targets, chosen, preparation);
        var origin = new SampleOrigin(chosen, from.Lines is null ? null : [.. chosen.Select(i => from.Lines[i])]);
        int size = from.Size;
        if (from.Inputs.Values is byte[] bytes && preparation.Inputs.IsWhole)
        {
            byte[] some = new byte[chosen.Length * (long)size];
            for (int i = 0; i < chosen.Length; i++)
                bytes.AsSpan(chosen[i] * size, size).CopyTo(some.AsSpan(i * size));
            var (offset, scale) = preparation.Inputs[0];
            return new(from.Shape, (ReadOnlyMemory<byte>)some, targets, new ByteMap(1 / scale, -offset / scale)) { Origin = origin };
        }
        float[] values = new float[chosen.Length * (long)size];
        double[] row = new double[size];
        for (int i = 0; i < chosen.Length; i++)
        {
            from.Read(chosen[i], row);
            preparation.Inputs.Apply(row);
            for (int j = 0; j < size; j++)
                values[i * size + j] = float.IsFinite((float)row[j])
                    ? (float)row[j]
                    : throw new InvalidDataException(
                        $"The value {row[j]:R} of {preparation.InputNames?[j] ?? $"input {j}"}{(from.Lines is { } lines ? $", line {lines[chosen[i]]}," : $" of sample {chosen[i]}")} is too large for float32, in which networks count. Normalise it: data.normalise=standard"
                    );
        }
        return new(from.Shape, (ReadOnlyMemory<float>)values, targets) { Origin = origin };
    }

    private static Targets Targets(RawTargets? targets, int[] chosen, Preparation preparation)
    {
        if (preparation.Classes is { } classes)
        {
            int[] all = (targets as RawTargets.OfClasses)?.Labels ?? [];
            return new ClassTargets(classes.Length, (int[])[.. chosen.Select(i => all.Length > 0 ? all[i] : 0)], classes);
        }
        var map = preparation.TargetMap ?? Normalisation.None;
        string[] names = preparation.Targets ?? ["y"];
        double[] numbers = (targets as RawTargets.OfNumbers)?.Values ?? [],
            mapped = new double[chosen.Length * names.Length];
        for (int i = 0; i < chosen.Length && numbers.Length > 0; i++)
        {
            var row = mapped.AsSpan(i * names.Length, names.Length);
            numbers.AsSpan(chosen[i] * names.Length, names.Length).CopyTo(row);
            map.Apply(row);
        }
        return new NumberTargets([.. names.Select((name, j) => Column(name, map[j]))], mapped);
    }

    /// <summary>A target and its unit, which stands in brackets behind its name: "price (EUR)", "length [mm]".</summary>
    private static TargetColumn Column(string name, (double Offset, double Scale) map)
    {
        int open = name.LastIndexOfAny(['(', '[']);
        bool hasUnit = open > 0 && name[^1] == (name[open] == '(' ? ')' : ']') && name.Length > open + 2;
        return hasUnit
            ? new(name[..open].Trim(), name[(open + 1)..^1].Trim(), map.Offset, map.Scale)
            : new(name, null, map.Offset, map.Scale);
    }

    private static void RequireShape(string source, RawSamples samples, Preparation preparation)
    {
        if (!samples.Shape.SequenceEqual(preparation.Shape))
            throw new InvalidDataException(
                $"{source}: samples of shape [{string.Join(", ", samples.Shape)}]; the network reads [{string.Join(", ", preparation.Shape)}]."
            );
    }

    private static void RequireFile(string? path, string key)
    {
        if (path is not null && !DataReader.IsPath(path))
            throw new FileNotFoundException($"{key} = '{path}': there is no such file or folder.", path);
    }

    /// <summary>What the data are: of the file, and of the one that is tested on.</summary>
    private static string Digest(DataOptions options)
    {
        string[] files =
        [
            .. new[] { options.Source, options.TestFile, options.TestIndices, File.Exists(options.Y) ? options.Y : null }.OfType<string>(),
        ];
        string[] digests = [.. files.Select(DataStream.Sha256)];
        return digests.Length == 1
            ? digests[0]
            : Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(string.Concat(digests)))
            );
    }

    /// <summary>"my.csv" of a path: what titles call the data.</summary>
    private static string Name(string source) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)));

    private static IEnumerable<string> About(Division division, Preparation preparation, RawSamples from, TableSchema? schema)
    {
        yield return $"{Counted.Of(division.Train.Samples.Length, "sample")} to train on, {division.Test.Samples.Length} to test on: {division.How}";
        if (division.Test.From.Targets is RawTargets.OfClasses tested && from.Targets is RawTargets.OfClasses learned)
            for (int c = 0; c < learned.Names.Length; c++)
            {
                int trains = division.Train.Samples.Count(i => learned.Labels[i] == c);
                if (trains == 0)
                    yield return $"no sample of the class '{learned.Names[c]}' is trained on";
                else if (!division.Test.Samples.Any(i => tested.Labels[i] == c))
                    yield return $"no sample of the class '{learned.Names[c]}' is tested on";
            }
        int shared = Duplicates.Shared(division.Train.From, division.Train.Samples, division.Test.From, division.Test.Samples);
        if (shared > 0)
            yield return $"{Counted.Of(shared, "test sample has", "test samples have")} the inputs of a training sample: the test error is that much too good";
        foreach (string outlier in Outliers.Of(from, preparation.InputNames, schema))
            yield return outlier;
        yield return "inputs: " + Words(preparation.Inputs, preparation.InputNames);
        if (preparation.TargetMap is { } map)
            yield return "targets: " + Words(map, preparation.Targets);
    }

    private static string Words(Normalisation map, string[]? names)
    {
        string what = map.Method switch
        {
            "standard" => "mean 0 and variance 1",
            "range" => "from -1 to 1",
            _ => "as they are",
        };
        if (map.Method == "none")
            return what;
        string text = map.IsWhole
            ? string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{what}, by (x - {map.Offset[0]:G5})/{map.Scale[0]:G5}, fitted on the training samples"
            )
            : $"{what}, each value by itself, fitted on the training samples";
        if (map.Constant.Length == 0)
            return text;
        string constant =
            map.Constant.Length > 5 ? $"{map.Constant.Length} of them are"
            : names is null ? $"{string.Join(", ", map.Constant)} {(map.Constant.Length > 1 ? "are" : "is")}"
            : $"{string.Join(", ", map.Constant.Select(i => $"'{names[i]}'"))} {(map.Constant.Length > 1 ? "are" : "is")}";
        return $"{text}; {constant} constant there and become{(map.Constant.Length > 1 ? "" : "s")} 0";
    }
}
