using System.Globalization;
using System.Text;
using CsCheck;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>Text tables: what is written is read, and what cannot be read is named with its place.</summary>
public sealed class TableTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File(string text, string name = "t.csv", Encoding? encoding = null)
    {
        string path = _folder.At(name);
        System.IO.File.WriteAllBytes(path, [.. encoding?.GetPreamble() ?? [], .. (encoding ?? new UTF8Encoding(false)).GetBytes(text)]);
        return path;
    }

    private static RawData Read(string path, DataOptions? options = null) =>
        DataReader.Read((options ?? new DataOptions()) with { Source = path });

    private static double[] Inputs(RawData data) => data.Train.Inputs.As<double>();

    private string Refusal(string text, DataOptions? options = null) =>
        Assert.Throws<InvalidDataException>(() => Read(File(text), options)).Message.Replace(_folder.Path + "/", "");

    [Theory]
    [InlineData("a,b,y\n1,2,u\n3,4,v\n", 2)]
    [InlineData("a;b;y\r\n1;2;u\r\n3;4;v", 2)]
    [InlineData("a\tb\ty\r1\t2\tu\r3\t4\tv\r", 2)]
    [InlineData("a|b|y\n\n1|2|u\n\n\n3|4|v\n\n", 2)]
    [InlineData("# a, b, y\n 1, 2, u\n 3, 4, v\n", 2)]
    [InlineData("1,2,u\n3,4,v\n", 2)]
    [InlineData("\"a\",\"b\",\"y\"\n\"1\",2,\"u\"\n3,\"4\",v\n", 2)]
    public void OneTableInManySpellings(string text, int rows)
    {
        var data = Read(File(text));
        Assert.Equal([rows, 2], data.Train.Inputs.Shape);
        Assert.Equal([1, 2, 3, 4], Inputs(data));
        var classes = Assert.IsType<RawTargets.OfClasses>(data.Train.Targets);
        Assert.Equal(["u", "v"], classes.Names);
        Assert.Equal([0, 1], classes.Labels);
    }

    [Fact]
    public void Utf16AndMarksAreRead()
    {
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            var data = Read(File("größe,y\n1,é\n2,ü\n", encoding: encoding));
            Assert.Equal(["größe"], data.InputNames!);
            Assert.Equal(["é", "ü"], ((RawTargets.OfClasses)data.Train.Targets!).Names);
        }
        Assert.Contains("not UTF-8 text", Refusal2(File("grö,y\n1,2\n", encoding: Encoding.Latin1)));

        static string Refusal2(string path) => Assert.Throws<InvalidDataException>(() => Read(path)).Message;
    }

    /// <summary>Any names and numbers, in any separator and quotes, gzipped or not.</summary>
    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var number = Gen.OneOf(Gen.Double[-1e6, 1e6], Gen.Double.Where(double.IsFinite), Gen.Int.Select(i => (double)i));
        var name = Gen.Char["abcxyzÄ ,;|\t\"'\n#=0"].Array[1, 6].Select(c => new string(c).Trim()).Where(s => s.Length > 0 && s[0] != '#');
        Gen.Select(Gen.Int[1, 4], Gen.Int[4, 12], Gen.Int[0, 3], Gen.Bool, Gen.ULong)
            .SelectMany(
                p =>
                    Gen.Select(
                        number.Array[p.Item1 * p.Item2],
                        name.Array[3]
                            .Where(n =>
                                n.Distinct().Count() == 3
                                && n.All(s => !CellValue.IsMissing(s) && !double.TryParse(s, CultureInfo.InvariantCulture, out _))
                            ),
                        Gen.Int[0, 2].Array[p.Item2]
                    ),
                (p, t) => (p.Item1, p.Item2, ",;\t|"[p.Item3], p.Item4, t.Item1, t.Item2, t.Item3)
            )
            .ForAll(
                (columns, rows, separator, packed, values, names, labels) =>
                {
                    var text = new StringBuilder();
                    text.AppendJoin(
                            separator,
                            Enumerable.Range(0, columns).Select(c => Quoted($"{names[0]}{c}")).Append(Quoted(names[1] + "y"))
                        )
                        .Append('\n');
                    for (int r = 0; r < rows; r++)
                        text.AppendJoin(
                                separator,
                                Enumerable
                                    .Range(0, columns)
                                    .Select(c => values[r * columns + c].ToString("R", CultureInfo.InvariantCulture))
                                    .Append(Quoted(names[labels[r]]))
                            )
                            .Append("\r\n");
                    byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
                    string path = _folder.At("w.csv");
                    System.IO.File.WriteAllBytes(path, packed ? Tiny.Gzip(bytes) : bytes);
                    var data = Read(path, new() { Separator = separator == '\t' ? "tab" : $"{separator}", TargetKind = "classes" });
                    Assert.Equal(values, Inputs(data));
                    Assert.Equal(Enumerable.Range(0, columns).Select(c => $"{names[0]}{c}"), data.InputNames);
                    var classes = (RawTargets.OfClasses)data.Train.Targets!;
                    Assert.Equal(labels.Select(l => names[l]), classes.Labels.Select(l => classes.Names[l]));
                },
                iter: 200
            );

        static string Quoted(string s) => $"\"{s.Replace("\"", "\"\"")}\"";
    }

    [Theory]
    [InlineData("a,b,y\n1,2,u\n4,5\n", "t.csv, line 3: 2 cells, where 3 are expected")]
    [InlineData("a,b,y\n\n1,2,u\n\"x\ny\",5,6,7\n", "t.csv, line 4: 4 cells, where 3 are expected")]
    [InlineData("a,b,y\n1,\"2,u\n3,4,v\n", "t.csv, line 2, column 2: a quotation mark that is never closed")]
    [InlineData("a,b,y\n1,2\"2,u\n3,4,v\"\n", "t.csv, line 2, column 2: a quotation mark within the cell")]
    [InlineData("a,b,a\n1,2,u\n", "t.csv, line 1: the columns 1 and 3 are both called 'a'")]
    [InlineData("a,b,y\n", "t.csv: a header and no rows")]
    [InlineData("", "t.csv: empty")]
    [InlineData("a,y\n1,u\n,v\n", "t.csv, line 3, column 1 ('a'): the value is missing")]
    [InlineData("1,u\n2,NA\n", "t.csv, line 2, column 2: the value is missing")]
    [InlineData("y\nu\nv\n", "no column is left to learn from")]
    [InlineData("a\0b,c\n", "not a table of text")]
    public void Refusals(string text, string message) => Assert.Contains(message, Refusal(text));

    /// <summary>A text among numbers is a mistake and named; where texts are many, they are categories.</summary>
    [Fact]
    public void AMistakeAmongNumbersIsNamed()
    {
        string rows = string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},{i % 2}\n"));
        Assert.Contains(
            "line 22, column 1 ('a'): '1.2a' is not a number, and 20 other cells of the column are",
            Refusal($"a,y\n{rows}1.2a,0\n")
        );
        Assert.Contains("data.decimal=,", Refusal($"a;y\n{rows.Replace(',', ';')}1,5;0\n"));
        var data = Read(File($"a,y\n{rows}1.2a,0\n"), new() { Categories = ["a"] });
        Assert.Equal(21, data.Train.Shape[0]);
    }

    [Fact]
    public void DecimalCommas()
    {
        var data = Read(File("a;y\n1,5;2,25\n-3,5e1;4\n"), new() { Decimal = ",", TargetKind = "numbers" });
        Assert.Equal([1.5, -35], Inputs(data));
        Assert.Equal([2.25, 4], ((RawTargets.OfNumbers)data.Train.Targets!).Values);
    }

    [Fact]
    public void CategoriesBecomeOneOfEach()
    {
        var data = Read(File("colour,size,y\nred,1,0.5\nblue,2,1.5\nred,3,2.5\n"));
        Assert.Equal(["colour=blue", "colour=red", "size"], data.InputNames!);
        Assert.Equal([true, true, false], data.IsCategory!);
        Assert.Equal([0, 1, 1, 1, 0, 2, 0, 1, 3], Inputs(data));
        Assert.Equal(["y"], ((RawTargets.OfNumbers)data.Train.Targets!).Names);
        string many = string.Concat(Enumerable.Range(0, 400).Select(i => $"n{i},{i % 2}\n"));
        Assert.Contains(
            "400 different texts in 400 rows ('n0', …); as categories at most 256 are taken. Leave it out: data.ignore=name",
            Refusal("name,y\n" + many)
        );
        Assert.Contains("no column is left", Refusal("name,y\n" + many, new() { Ignore = ["name"] }));
    }

    [Fact]
    public void TargetsAreNamedOrNumbered()
    {
        string path = File("id,a,b,c\n7,1,2,3\n8,4,5,6\n");
        var several = (RawTargets.OfNumbers)Read(path, new() { Target = ["c", "2"], Ignore = ["id"] }).Train.Targets!;
        Assert.Equal(["a", "c"], several.Names);
        Assert.Equal([1, 3, 4, 6], several.Values);
        Assert.Equal([2, 5], Inputs(Read(path, new() { Target = ["c", "2"], Ignore = ["id"] })));
        Assert.Contains(
            "data.target = 'd', which is no column",
            Assert.Throws<InvalidDataException>(() => Read(path, new() { Target = ["d"] })).Message
        );
        Assert.Contains(
            "both name 'c'",
            Assert.Throws<InvalidDataException>(() => Read(path, new() { Target = ["c"], Ignore = ["c"] })).Message
        );
    }

    /// <summary>Whole numbers that come again and again are classes; others are numbers to be learned, and either can be asked for.</summary>
    [Fact]
    public void WholeNumbersThatRepeatAreClasses()
    {
        string digits = "a,y\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},{10 - i % 11}\n"));
        var classes = (RawTargets.OfClasses)Read(File(digits)).Train.Targets!;
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"{i}"), classes.Names);
        Assert.Equal(10, classes.Labels[0]);
        Assert.IsType<RawTargets.OfNumbers>(Read(File(digits), new() { TargetKind = "numbers" }).Train.Targets);
        Assert.IsType<RawTargets.OfNumbers>(Read(File("a,y\n1,10\n2,20\n3,30\n")).Train.Targets);
        Assert.IsType<RawTargets.OfNumbers>(Read(File("a,y\n1,1.0\n2,2.0\n3,1.0\n4,2.0\n")).Train.Targets);
        Assert.IsType<RawTargets.OfClasses>(Read(File("a,y\n1,10\n2,20\n3,30\n"), new() { TargetKind = "classes" }).Train.Targets);
    }

    [Fact]
    public void MissingRowsAreLeftOutWhereAskedFor()
    {
        var data = Read(File("a,b,y\n1,2,u\n,3,v\n4,?,v\n5,6,\n7,8,v\n"), new() { Missing = "drop" });
        Assert.Equal([1, 2, 7, 8], Inputs(data));
        Assert.Contains("left out: 3", string.Join('\n', data.Notes!));
        Assert.Contains(
            "no row is left",
            Refusal(
                "a,y\n,1\n,2\n",
                new()
                {
                    Missing = "drop",
                    Target = ["y"],
                    TargetKind = "numbers",
                }
            )
        );
    }

    /// <summary>A later table is read by the names of its columns, in any order, with or without the target; or by their order where there are no names.</summary>
    [Fact]
    public void LaterTablesFollowTheFirst()
    {
        var first = Read(File("colour,size,y\nred,1,u\nblue,2,v\nred,3,u\nblue,5,v\n"));
        var how = new Understanding(false, ["u", "v"], null, first.Schema);
        var moved = DataReader.Read(new(File("y,more,size,colour\nv,x,2,blue\n", "m.csv")), how);
        Assert.Equal([1, 0, 2], Inputs(moved));
        Assert.Equal([1], ((RawTargets.OfClasses)moved.Train.Targets!).Labels);
        var bare = DataReader.Read(new(File("size,colour\n2,blue\n", "n.csv")), how);
        Assert.Equal([1, 0, 2], Inputs(bare));
        Assert.Null(bare.Train.Targets);
        var nameless = DataReader.Read(new(File("blue,2\n", "o.csv")), how);
        Assert.Equal([1, 0, 2], Inputs(nameless));
        Assert.Contains(
            "line 2, column 1 ('colour'): 'grey' was not there in training. Known: blue, red",
            Assert.Throws<InvalidDataException>(() => DataReader.Read(new(File("size,colour\n2,grey\n", "p.csv")), how)).Message
        );
        Assert.Contains(
            "the column 'size', which the network reads, is not there",
            Assert.Throws<InvalidDataException>(() => DataReader.Read(new(File("colour,y\nred,u\n", "q.csv")), how)).Message
        );
        Assert.Contains(
            "the column 'colour', which the network reads, is not there",
            Assert.Throws<InvalidDataException>(() => DataReader.Read(new(File("length,weight\n1,2\n", "s.csv")), how)).Message
        );
        Assert.Contains(
            "'y', which was learned, is not there",
            Assert
                .Throws<InvalidDataException>(() =>
                    DataReader.Read(new(File("size,colour\n2,blue\n", "r.csv")), how with { NeedsTargets = true })
                )
                .Message
        );
    }
}
