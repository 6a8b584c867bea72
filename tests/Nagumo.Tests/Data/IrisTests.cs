using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class IrisTests
{
    /// <summary>Fisher's own sums; the copy at UCI, with two plants wrong, has 876.5, 458.1, 563.8 and 179.8.</summary>
    [Fact]
    public void TheTableIsFishers()
    {
        var rows = Iris.Lengths;
        Assert.Equal(150, rows.Length);
        double[] sums = [876.5, 458.6, 563.7, 179.9];
        for (var c = 0; c < 4; c++)
        {
            Assert.Equal(sums[c], rows.Sum(r => r[c]), 1e-9);
        }
        // Plants 35 and 38, both 4.9, 3.1, 1.5, 0.1 in UCI's copy.
        Assert.Equal([4.9, 3.1, 1.5, 0.2], rows[34]);
        Assert.Equal([4.9, 3.6, 1.4, 0.1], rows[37]);
    }

    [Fact]
    public void SplitsAreStratifiedAndCoverEveryPlantOnce()
    {
        for (var fold = 0; fold < Iris.Folds; fold++)
        {
            var set = Iris.Load(fold);
            Assert.All(set.Train.Classes.Counts(), n => Assert.Equal(40, n));
            Assert.All(set.Test.Classes.Counts(), n => Assert.Equal(10, n));
        }
        Assert.Contains(
            "split 5 is outside 0 to 4",
            Assert.ThrowsAny<ArgumentException>(() => Iris.Load(5)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void EveryTenthOfACentimetreHasAByteOfItsOwn()
    {
        var set = Iris.Load();
        for (var c = 0; c < 4; c++)
        {
            var lengths = Iris.Lengths.Where((_, i) => i % Iris.Folds != 0).Select(r => r[c]).ToArray();
            var pixels = Enumerable.Range(0, set.Train.Count).Select(i => set.Train.Bytes(i)[c]).ToArray();
            Assert.Equal(lengths.Distinct().Count(), pixels.Distinct().Count());
        }
    }
}
