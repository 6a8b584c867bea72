using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nagumo.Data;

namespace Nagumo.Cli.Tests;

/// <summary>A user's own file from describe to train, eval, check, predict: one line each.</summary>
public sealed class OwnDataTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    /// <summary>Three clouds in eight columns of very different units.</summary>
    private string Flowers(string name = "flowers.csv", int rows = 150)
    {
        var random = new Random(1);
        var text = new StringBuilder("a,b,c,d,e,f,g,h,species\n");
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < 8; j++)
            {
                double centre = (i % 3 + j) % 3 * 3,
                    unit = Math.Pow(10, j - 4);
                text.Append(CultureInfo.InvariantCulture, $"{unit * (centre + random.NextDouble()) + 100 * unit:R},");
            }
            text.AppendLine(((string[])["alba", "nigra", "rubra"])[i % 3]);
        }
        return Put(name, text.ToString());
    }

    private string Put(string name, string text)
    {
        File.WriteAllText(_box[name], text);
        return _box[name];
    }

    private static Outcome Run(params string[] line) => Sandbox.Run(line);

    private static JsonObject Json(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonNode.Parse(outcome.Output)!.AsObject();
    }

    private string Trained(string file, params string[] more)
    {
        string run = _box["run"];
        var outcome = Run([
            "train",
            "fhn-mlp",
            "--data",
            file,
            "--out",
            run,
            "--no-pictures",
            "--set",
            "network.populations.h1.size=32",
            .. more,
        ]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return run;
    }

    [Fact]
    public void ATableOfClassesFromFileToAnswer()
    {
        string file = Flowers(),
            run = Trained(file);
        var eval = Json(Run("eval", run, "--json"));
        Assert.Equal(30, (int)eval["samples"]!);
        Assert.Equal(0, (double)eval["test_error_percent"]!);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "config.json")))!;
        Assert.Equal(Path.GetFullPath(file), (string)config["data"]!["source"]!);
        Assert.Equal(64, ((string)config["data"]!["sha256"]!).Length);
        Assert.Equal(8, (int)config["network"]!["populations"]![0]!["size"]!);

        // Rows without the target, in another order of columns.
        string[] lines = File.ReadAllLines(file);
        string asked = Put(
            "asked.csv",
            "h,g,f,e,d,c,b,a\n" + string.Concat(lines.Skip(1).Take(3).Select(l => string.Join(',', l.Split(',')[..8].Reverse()) + "\n"))
        );
        var answers = Json(Run("predict", run, asked, "--json"))["predictions"]!.AsArray();
        Assert.Equal(["alba", "nigra", "rubra"], answers.Select(a => (string)a!["class"]!));
        Assert.All(answers, a => Assert.InRange((double)a!["probability"]!, 0.9, 1));
        Assert.Contains("right", Run("predict", run, file + ":4").Output);
        Assert.Contains(
            "'z' was not there in training",
            Run("predict", run, Put("z.csv", lines[0] + "\n" + lines[1].Replace("alba", "z"))).Error
        );

        Assert.Equal(0, Run("check", run, "--samples", "2").Code);
        Assert.Equal(0, Run("audit", run, "--probes", "2").Code);
        Assert.Equal(0, Run("info", run).Code);
        Assert.Equal(3, (int)Json(Run("eval", run, "--data", Put("some.csv", string.Join('\n', lines[..4])), "--json"))["samples"]!);

        File.WriteAllText(file, string.Join('\n', lines) + "\n" + lines[1] + "\n");
        Assert.Contains("has changed since the run was trained on it", Run("eval", run).Error);
        File.Delete(file);
        Assert.Contains("there is no file or folder", Run("eval", run).OneError(2));
        Assert.Equal(0, Run("predict", run, asked).Code);
    }

    /// <summary>Rows that were trained on say nothing about others, and are counted apart.</summary>
    [Fact]
    public void PredictTellsWhatWasTrainedOn()
    {
        string file = Flowers(),
            run = Trained(file, "--epochs", "1");
        var rows = Json(Run("predict", run, file, "--json"))["predictions"]!.AsArray();
        Assert.Equal(120, rows.Count(r => (bool)r!["trained_on"]!));
        // The others are those that eval tests on: as many of them are wrong.
        int wrong = rows.Count(r => !(bool)r!["trained_on"]! && (string)r["class"]! != (string)r["label"]!);
        Assert.Equal(100.0 * wrong / 30, (double)Json(Run("eval", run, "--json"))["test_error_percent"]!, 1e-9);
        Assert.Contains($"{wrong} of 30 wrong of those not trained on", Run("predict", run, file).Output);
        Assert.Contains(" of 120 wrong of those trained on", Run("predict", run, file).Output);
        string[] lines = File.ReadAllLines(file);
        var other = Json(Run("predict", run, Put("other.csv", string.Join('\n', lines[..4])), "--json"))["predictions"]!.AsArray();
        Assert.All(other, r => Assert.Null(r!["trained_on"]));
    }

    /// <summary>Saved states lead back to the file: its rows, its lines, its names.</summary>
    [Fact]
    public void StatesSayWhereTheirSamplesStand()
    {
        string file = Flowers(),
            run = Trained(file, "--epochs", "1");
        var outcome = Run("eval", run, "--states", _box["s.npz"], "--nudge", "0.1");
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("free phase: all converged", outcome.Output);
        Assert.Contains(
            "nudged phase, beta = 0.1: all converged",
            outcome.Output.ReplaceLineEndings(" ").Replace("  ", "").Replace("            ", " ")
        );
        var states = Npz.Read(_box["s.npz"]);
        string[] names = (string[])states["class_names"].Values,
            lines = File.ReadAllLines(file);
        Assert.Equal(["alba", "nigra", "rubra"], names);
        int[] labels = states["label"].As<int>(),
            row = states["row"].As<int>(),
            line = states["line"].As<int>();
        for (int s = 0; s < labels.Length; s++)
        {
            Assert.EndsWith("," + names[labels[s]], lines[line[s] - 1]);
            Assert.Equal(line[s] - 2, row[s]);
        }
        Assert.Equal(["alba", "nigra", "rubra"], Json(Run("eval", run, "--json"))["classes"]!.AsArray().Select(c => (string)c!));
    }

    /// <summary>A slip of the finger squeezes a column to nothing: it is named before it is trained on.</summary>
    [Fact]
    public void OneWrongCellIsNamed()
    {
        string[] lines = File.ReadAllLines(Flowers());
        string[] cells = lines[41].Split(',');
        cells[2] = "1e30";
        lines[41] = string.Join(',', cells);
        string file = Put("slip.csv", string.Join('\n', lines) + "\n");
        foreach (
            var outcome in (Outcome[])
                [
                    Run("data", "describe", file),
                    Run("train", "fhn-mlp", "--data", file, "--epochs", "1", "--no-pictures", "--out", _box["o"]),
                ]
        )
        {
            string said = string.Join(
                ' ',
                (outcome.Output + outcome.Error).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            );
            Assert.Contains("line 42, column 3 ('c'): 1E+30 lies ", said);
            Assert.Contains(" times the column's range away", said);
        }
        Assert.DoesNotContain("column's range", Run("data", "describe", Flowers("fine.csv")).Output);
    }

    /// <summary>Decimal commas are neither texts to be left out nor categories, and what is suggested is right.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(600)]
    public void DecimalCommasAreKnown(int rows)
    {
        var random = new Random(3);
        string table =
            "a;b;y\n"
            + string.Concat(
                Enumerable
                    .Range(0, rows)
                    .Select(_ =>
                        FormattableString
                            .Invariant($"{random.NextDouble():F4};{random.NextDouble():F4};{random.NextDouble():F4}\n")
                            .Replace('.', ',')
                    )
            );
        string file = Put("comma.csv", table);
        string error = Run("data", "describe", file).Error;
        Assert.Contains("line 2, column 1 ('a')", error);
        Assert.Contains("--set 'data.decimal=,'", error);
        var about = Json(Run("data", "describe", file, "--set", "data.decimal=,", "--json"));
        Assert.Equal(rows, (int)about["samples"]!);
        Assert.Empty(about["problems"]!.AsArray());
    }

    /// <summary>Noise can be learned by heart only: the epoch from which on that happens is named.</summary>
    [Fact]
    public void OverfittingIsToldWithItsEpoch()
    {
        var random = new Random(4);
        string file = Put(
            "noise.csv",
            "a,b,c,d,y\n"
                + string.Concat(
                    Enumerable
                        .Range(0, 100)
                        .Select(i =>
                            FormattableString.Invariant(
                                $"{random.NextDouble():F4},{random.NextDouble():F4},{random.NextDouble():F4},{random.NextDouble():F4},{(random.Next(2) == 0 ? "no" : "yes")}\n"
                            )
                        )
                )
        );
        string[] line = ["train", "fhn-mlp", "--data", file, "--epochs", "300", "--no-pictures", "--out"];
        Assert.Contains("perhaps overfitted: the test loss", Run([.. line, _box["t"]]).Error);
        var outcome = Run([.. line, _box["v"], "--set", "validation=20"]);
        Assert.Contains("overfitted: the held-out loss was least", outcome.Error);
        double[] held =
        [
            .. File.ReadLines(Path.Combine(_box["v"], "metrics.jsonl")).Select(l => (double)JsonNode.Parse(l)!["validation_loss"]!),
        ];
        Assert.Contains($"--epochs {Array.IndexOf(held, held.Min()) + 1},", outcome.Error);
    }

    [Fact]
    public void NumbersAreInTheUnitsOfTheData()
    {
        var random = new Random(2);
        var text = new StringBuilder("x;kind;price (EUR)\n");
        for (int i = 0; i < 200; i++)
        {
            double x = random.NextDouble();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{x:R};{(i % 2 == 0 ? "old" : "new")};{20_000 + 5000 * x + (i % 2 == 0 ? 0 : 1000):R}"
            );
        }
        string file = Put("house.csv", text.ToString()),
            run = Trained(file);
        var eval = Json(Run("eval", run, "--json"));
        Assert.Equal(("rmse", "EUR"), ((string)eval["score"]!, (string)eval["unit"]!));
        // Their spread is about 1,500 EUR.
        Assert.InRange((double)eval["metrics"]!["test_rmse"]!, 1, 300);
        var answer = Json(Run("predict", run, Put("one.csv", "kind;x\nold;0.5\n"), "--json"))["predictions"]![0]!["numbers"]![0]!;
        Assert.Equal(("price", "EUR"), ((string)answer["name"]!, (string)answer["unit"]!));
        Assert.InRange((double)answer["value"]!, 22_000, 23_000);

        Assert.Contains("it learned numbers", Run("circuit", "infer", run, "--samples", "0").OneError(2));
        Assert.Contains("numbers as targets", Run("tolerance", Path.Combine(run, "config.json")).OneError(2));
        Assert.Equal(0, Run("eval", run, "--states", _box["s.npz"]).Code);
        var states = Npz.Read(_box["s.npz"]);
        Assert.Equal(states["readout"].Shape, states["target"].Shape);
        // What nobody knows is not written.
        Assert.Equal(0, Run("predict", run, _box["one.csv"], "--states", _box["p.npz"]).Code);
        Assert.DoesNotContain("target", Npz.Read(_box["p.npz"]).Keys);
        Assert.Contains("no such file or folder", Run("data", "describe", _box["nope.csv"]).OneError(2));
    }

    [Fact]
    public void ArraysAndPicturesFromFileToAnswer()
    {
        var random = new Random(3);
        byte[] pixels = new byte[120 * 25];
        long[] labels = new long[120];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = i % 2;
            for (int p = 0; p < 25; p++)
                pixels[25 * i + p] = (byte)((p / 5 + i) % 2 * 180 + random.Next(60));
        }
        Npz.Write(
            _box["p.npz"],
            [KeyValuePair.Create("x", new NpyArray(pixels, 120, 5, 5)), KeyValuePair.Create("y", new NpyArray(labels, 120))]
        );
        string run = Trained(_box["p.npz"], "--epochs", "20");
        Assert.Equal(0, (double)Json(Run("eval", run, "--json"))["test_error_percent"]!);
        Assert.Contains("0 of 24 wrong of those not trained on", Run("predict", run, _box["p.npz"]).Output);

        for (int i = 0; i < 40; i++)
        {
            Directory.CreateDirectory(_box[$"shapes/k{i % 2}"]);
            File.WriteAllBytes(_box[$"shapes/k{i % 2}/{i}.pgm"], [.. "P5 5 5 255\n"u8, .. pixels.AsSpan(25 * i, 25)]);
        }
        Directory.Delete(run, recursive: true);
        Trained(_box["shapes"], "--epochs", "20");
        var answer = Json(Run("predict", run, _box["shapes/k1/3.pgm"], "--json"))["predictions"]![0]!;
        Assert.Equal("k1", (string)answer["class"]!);
    }

    /// <summary>The configuration of a run trains the same bytes again; its table may lie beside it.</summary>
    [Fact]
    public void ARunIsTrainedAgainFromItsConfiguration()
    {
        Flowers(rows: 60);
        string run = Trained(_box["flowers.csv"], "--epochs", "2");
        string config = File.ReadAllText(Path.Combine(run, "config.json"))
            .Replace(System.Text.Json.JsonSerializer.Serialize(_box["flowers.csv"]), "\"flowers.csv\"", StringComparison.Ordinal);
        Assert.Contains("\"flowers.csv\"", config);
        var again = Run("train", Put("again.json", config), "--out", _box["again"], "--no-pictures");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(File.ReadAllBytes(Path.Combine(run, "weights.npz")), File.ReadAllBytes(_box["again/weights.npz"]));
        Assert.Equal(File.ReadAllText(Path.Combine(run, "data.json")), File.ReadAllText(_box["again/data.json"]));
    }

    [Theory]
    [InlineData("a,y\n1,u\n2,v\n,u\n4,v\n", "line 4, column 1 ('a'): the value is missing", "")]
    [InlineData("a,y\n1,u\n2\n", "line 3: 1 cell, where 2 are expected", "")]
    [InlineData("a,y\n1,u\n2,u\n3,u\n4,u\n", "every sample is of the class 'u'", "")]
    [InlineData("a,y\n1,u\n2,v\n", "data.target = 'z', which is no column", "data.target=z")]
    [InlineData("a,y\n1,u\n2,v\n", "data.test = 2: give a share between 0 and 1, or a file", "data.test=2")]
    [InlineData("a,y\n1,u\n2,v\n", "data.normalise = 'standart'. Did you mean 'standard'?", "data.normalise=standart")]
    [InlineData("a,y\n1,u\n2,v\n", "data.normalise maps data of your own", "pixels.mean=0.5")]
    public void WhatCannotBeLearnedIsNamed(string table, string message, string set)
    {
        string[] line = ["train", "fhn-mlp", "--out", _box["r"], "--data", Put("t.csv", table)];
        Assert.Contains(message, Run(set.Length > 0 ? [.. line, "--set", set] : line).Error);
        Assert.False(Directory.Exists(_box["r"]));
    }

    [Fact]
    public void KeysOfFilesAreRefusedForNamedSets() =>
        Assert.Contains("'iris' is a data set", Run("train", "iris-fhn", "--out", _box["r"], "--set", "data.target=a").Error);

    [Fact]
    public void DescribeSaysWhatIsThereAndWhatIsNot()
    {
        var about = Json(Run("data", "describe", Flowers(rows: 30), "--json"));
        Assert.Equal(30, (int)about["samples"]!);
        Assert.Equal([8], about["shape"]!.AsArray().Select(n => (int)n!));
        Assert.Equal(9, about["columns"]!.AsArray().Count);
        Assert.Equal(["alba", "nigra", "rubra"], about["classes"]!.AsArray().Select(c => (string)c!["key"]!));
        var broken = Run("data", "describe", Put("b.csv", "a,b,y\n1,,u\n2,3\n4,5,v\n4,5,v\n"));
        Assert.Equal(2, broken.Code);
        Assert.Contains("missing     1 value", broken.Output);
        Assert.Contains("line 2, column 2 ('b')", broken.Output);
        Assert.Contains("b.csv, line 3: 2 cells, where 3 are expected", broken.Error);
        var twice = Run("data", "describe", Put("d.csv", "a,b,y\n1,7,u\n2,7,v\n1,7,u\n3,7,v\n1,7,u\n5,7,v\n"));
        Assert.Equal(0, twice.Code);
        Assert.Contains("constant    b", twice.Output);
        Assert.Contains("duplicates  2 samples have the inputs of an earlier one", twice.Output);
        Assert.Contains("no such file or folder", Run("data", "describe", _box["none.csv"]).Error);
    }
}
