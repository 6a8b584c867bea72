using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>The full cost term β C as nudge: the readout answers drives and cost together.</summary>
/// <remarks>Solves c_i u_i + β ∂C/∂u_i = I_i for all outputs of a lane at once; the readout's own force must be linear.</remarks>
internal sealed class CostNudge<T> : INudge<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Machine<T> _machine;
    private readonly Readout _readout;
    private readonly int[] _labels;
    private readonly double[] _beta,
        _z,
        _stiffness,
        _current,
        _nudge;
    private readonly (double Slope, double Offset)[] _force;

    public CostNudge(Machine<T> machine, Readout readout, int lanes)
    {
        (_machine, _readout) = (machine, readout);
        _labels = new int[lanes];
        _beta = new double[lanes];
        (_z, _stiffness, _current) = (new double[readout.Classes], new double[readout.Classes], new double[readout.Classes]);
        _force = new (double, double)[readout.Outputs];
        _nudge = new double[readout.Outputs];
    }

    /// <summary>The largest β of a negative phase: beyond it the nudged potential has no minimum in the outputs.</summary>
    public static double LargestBeta(Machine<T> machine, Readout readout)
    {
        double softest = double.PositiveInfinity;
        for (int c = 0; c < readout.Classes; c++)
            softest = Math.Min(
                softest,
                Stiffness(
                    LinearForce(machine, readout, c).Slope,
                    readout.Paired ? LinearForce(machine, readout, c + readout.Classes).Slope : double.PositiveInfinity
                )
            );
        return softest / readout.Cost.Curvature;
    }

    public int Population => _readout.Population;

    /// <summary>Takes the labels and signs of the lanes of one slice.</summary>
    public void Begin(ReadOnlySpan<int> samples, ReadOnlySpan<byte> labels, double beta, int phases)
    {
        for (int i = 0; i < _force.Length; i++)
            _force[i] = LinearForce(_machine, _readout, i);
        for (int phase = 0; phase < phases; phase++)
        for (int lane = 0; lane < samples.Length; lane++)
        {
            _labels[phase * samples.Length + lane] = labels[samples[lane]];
            _beta[phase * samples.Length + lane] = phase == 0 ? beta : -beta;
        }
    }

    public void Respond(State<T> s)
    {
        var (u, drive) = (s.X(Population, 0), s.Drive(Population, 0));
        int classes = _readout.Classes;
        for (int lane = 0; lane < s.Lanes; lane++)
        {
            for (int c = 0; c < classes; c++)
            {
                double slope = _force[c].Slope;
                (_z[c], _current[c], _stiffness[c]) = (double.CreateChecked(u[c, lane]), Current(c), slope);
                if (!_readout.Paired)
                    continue;
                // u₊ = (I₊ − βf)/c₊, u₋ = (I₋ + βf)/c₋, f = ∂C/∂z at z = u₊ − u₋:  k z + β f = k (I₊/c₊ − I₋/c₋), 1/k = 1/c₊ + 1/c₋.
                int pair = c + classes;
                _stiffness[c] = Stiffness(slope, _force[pair].Slope);
                _z[c] -= double.CreateChecked(u[pair, lane]);
                _current[c] = _stiffness[c] * (Current(c) / slope - Current(pair) / _force[pair].Slope);
            }
            _readout.Cost.Nudged(_z, _labels[lane], _beta[lane], _stiffness, _current);
            for (int c = 0; c < classes; c++)
            {
                double nudge = _current[c] - _stiffness[c] * _z[c];
                u[c, lane] = T.CreateChecked((Current(c) - nudge) / _force[c].Slope);
                if (_readout.Paired)
                    u[c + classes, lane] = T.CreateChecked((Current(c + classes) + nudge) / _force[c + classes].Slope);
            }

            double Current(int i) => double.CreateChecked(drive[i, lane]) - _force[i].Offset;
        }
    }

    public void Measure(State<T> s)
    {
        var (u, drive) = (s.X(Population, 0), s.Drive(Population, 0));
        var residual = s.LaneResidual.Row(0);
        for (int lane = 0; lane < s.Lanes; lane++)
        {
            _readout.Read(s, lane, _z);
            _readout.Force(_z, _labels[lane], _nudge);
            for (int i = 0; i < _force.Length; i++)
            {
                double force = _force[i].Slope * double.CreateChecked(u[i, lane]) + _force[i].Offset - double.CreateChecked(drive[i, lane]);
                residual[lane] = T.Max(residual[lane], T.CreateChecked(Math.Abs(force + _beta[lane] * _nudge[i])));
            }
        }
    }

    private static double Stiffness(double plus, double minus) => double.IsInfinity(minus) ? plus : 1 / (1 / plus + 1 / minus);

    private static (double Slope, double Offset) LinearForce(Machine<T> machine, Readout readout, int i) =>
        machine.Site(readout.Population).LinearForce(i)
        ?? throw new ArgumentException(
            $"estimator.nudge = 'cost' needs a linear readout; '{machine.Network.Populations[readout.Population].Name}' is "
                + $"{machine.Network.Populations[readout.Population].Neuron!.Name}. Use estimator.nudge = 'current'."
        );
}
