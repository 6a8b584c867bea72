namespace Nagumo.Media;

/// <summary>The times at which a sampled signal rises through zero, between samples by a straight line.</summary>
public sealed class Passages
{
    private readonly List<double> _times = [];
    private double _time,
        _value = double.NaN;

    /// <summary>The times, in order.</summary>
    public IReadOnlyList<double> Times => _times;

    /// <summary>Takes the next sample.</summary>
    public void Add(double time, double value)
    {
        if (_value < 0 && value >= 0)
            _times.Add(_time + (time - _time) * _value / (_value - value));
        (_time, _value) = (time, value);
    }

    /// <summary>The mean of the last periods, at most <paramref name="last"/> of them; NaN before the second passage.</summary>
    public double Period(int last = 3)
    {
        int n = Math.Min(last, _times.Count - 1);
        return n < 1 ? double.NaN : (_times[^1] - _times[^(n + 1)]) / n;
    }
}
